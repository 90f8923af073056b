import { Namespace } from '../support/network-namespace.ts';
import type { Service } from './scenario.ts';

/**
 * Makes a service pass on what comes in by the one of its interfaces to the gateway behind the other one: whatever the
 * addresses of a packet are, a table of its own for each side leads away from the other. May be repeated, and is to be
 * after an interface was attached again, because routes go with the addresses of their interface.
 */
export async function passOn({ machine, sides }: Service): Promise<void> {
  const namespace = new Namespace(machine.name);
  // The way that an answer takes is not asked for by the interface that a packet came in by.
  await namespace.run('sysctl -qw net.ipv4.conf.all.rp_filter=0');
  for (const [index, { interface: name, gateway }] of sides.entries()) {
    const table = FIRST_TABLE + index;
    const opposite = sides[1 - index]!.interface;
    const rule = `iif ${opposite} lookup ${table} priority ${FIRST_PRIORITY + index}`;
    await namespace.attempt(`ip rule del ${rule}`);
    await namespace.script(`
      sysctl -qw net.ipv4.conf.${name}.rp_filter=0
      sysctl -qw net.ipv4.conf.${name}.forwarding=1
      ip route replace default via ${gateway} dev ${name} table ${table}
      ip rule add ${rule}
    `);
  }
}

const FIRST_TABLE = 11;
const FIRST_PRIORITY = 1000;
