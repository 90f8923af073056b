import { z } from 'zod';
import { failure, success, type Result } from '../result.ts';
import type { LocalPort, OvsPort } from '../vpn/local-port.ts';
import { firstIssue, integer, object, ovsPortName, shownQuoted } from './field.ts';

/** The OpenFlow number of a port; bridges of Open vSwitch give no higher ones. */
export const openflowPort = integer(1, 0xfeff);

/** IEEE 802.1Q: 0 means "no VLAN", 4095 is reserved. */
const vlanId = integer(1, 4094);

const boolean = z.boolean({ error: ({ input }) => `true or false is expected, not ${shownQuoted(input)}` });

const ovsPort = object
  .pipe(
    z.object({
      plugged: boolean.nullish(),
      port_name: ovsPortName.nullish(),
      port_number: openflowPort.nullish(),
      vlan: vlanId.nullish(),
      to_vm_port_name: ovsPortName.nullish(),
      to_vm_port_number: openflowPort.nullish(),
    }),
  )
  .transform(({ plugged, port_name, port_number, vlan, to_vm_port_name, to_vm_port_number }): OvsPort => ({
    plugged: plugged ?? false,
    portName: port_name ?? undefined,
    portNumber: port_number ?? undefined,
    vlan: vlan ?? undefined,
    toVmPortName: to_vm_port_name ?? undefined,
    toVmPortNumber: to_vm_port_number ?? undefined,
  }));

const members = z.object({ ovs: ovsPort.nullish(), vlan: vlanId.nullish() });

/**
 * What a `local_port` says of Open vSwitch, for `LocalPort`. `null` counts as absent, and members that nobody knows
 * are passed over.
 */
export function parseOvsMembers(
  localPort: Readonly<Record<string, unknown>>,
): Result<Pick<LocalPort, 'ovs' | 'vlan'>, string> {
  const parsed = members.safeParse(localPort);
  if (!parsed.success) return failure(`local_port.${firstIssue(parsed.error)}`);
  const { ovs, vlan } = parsed.data;
  return success({ ...(ovs && { ovs }), ...(vlan && { vlan }) });
}
