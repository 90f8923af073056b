import type { FdbEntry, NeighbourEntry } from '../../../../lib/dataplane/linux-evpn/tables.ts';
import type { Link, VxlanParameters } from '../../../../lib/dataplane/linux-evpn/links.ts';

interface Device {
  kind: string | undefined;
  peer: string | undefined;
  master: string | undefined;
  up: boolean;
  mtu: number;
  address: string;
  vxlan: VxlanParameters | undefined;
  guarded: boolean;
  shields: Set<string>;
}

/**
 * As much of Linux as E-VPN needs: devices and tables, changed by the lines that the tools take. It refuses what the
 * kernel refuses: a second device of a name or VNI, an entry on a device that is not there or is no port.
 */
export class MockKernel {
  readonly devices = new Map<string, Device>();
  /** Of bridges: `bridge mac` → port. */
  readonly entries = new Map<string, string>();
  /** Of VXLAN devices: `device mac` → set of `vtep vni`. */
  readonly tunnels = new Map<string, Set<string>>();
  /** `device ip` → MAC. */
  readonly neighbours = new Map<string, string>();
  /** Every line, in order. */
  readonly log: string[] = [];

  constructor(interfaces: readonly string[]) {
    for (const name of interfaces) this.#add(name, undefined);
  }

  #add(name: string, kind: string | undefined): Device {
    const device: Device = {
      kind,
      peer: undefined,
      master: undefined,
      up: false,
      mtu: 1500,
      address: '',
      vxlan: undefined,
      guarded: false,
      shields: new Set(),
    };
    this.devices.set(name, device);
    return device;
  }

  /** Returns the error, if it is one. */
  run(line: string): string | undefined {
    this.log.push(line);
    const words = line.split(' ');
    const [object, verb] = words;
    const sysctl = /^net\/ipv4\/conf\/(.*)\/(.*)$/.exec(line);
    if (sysctl !== null) this.devices.get(sysctl[1]!)?.shields.add(sysctl[2]!);
    if (object?.startsWith('net/')) return undefined;
    const after = (word: string): string | undefined =>
      words.includes(word) ? words[words.indexOf(word) + 1] : undefined;
    if (object === 'link' && verb === 'add') return this.#linkAdd(words, after);
    const name = after('dev')!;
    const device = this.devices.get(name);
    if (device === undefined) return `Cannot find device "${name}"`;
    if (object === 'link' && verb === 'del') {
      this.#linkDelete(name);
      return;
    }
    if (object === 'link') return this.#linkSet(name, device, words, after);
    if (object === 'neigh') {
      const key = `${name} ${words[2]!}`;
      if (verb === 'replace') this.neighbours.set(key, after('lladdr')!);
      else if (!this.neighbours.delete(key)) return 'RTNETLINK answers: No such file or directory';
      return undefined;
    }
    return words.includes('master')
      ? this.#bridgeEntry(verb!, words[2]!, name, device)
      : this.#tunnelEntry(verb!, words[2]!, name, `${after('dst')!} ${after('vni')!}`);
  }

  #linkAdd(words: readonly string[], after: (word: string) => string | undefined): string | undefined {
    const name = words[3]!;
    if (this.devices.has(name)) return 'RTNETLINK answers: File exists';
    const vni = Number(after('id'));
    const dstPort = Number(after('dstport'));
    if (after('type') === 'vxlan') {
      for (const { vxlan } of this.devices.values()) {
        if (vxlan?.vni === vni && vxlan.dstPort === dstPort)
          return 'Error: A VXLAN device with the specified VNI already exists.';
      }
    }
    const peer = after('peer') === undefined ? undefined : words.at(-1)!;
    if (peer !== undefined && this.devices.has(peer)) return 'RTNETLINK answers: File exists';
    const device = this.#add(name, after('type'));
    if (peer !== undefined) {
      device.peer = peer;
      this.#add(peer, after('type')).peer = name;
    }
    device.address = after('address') ?? '';
    if (device.kind === 'vxlan')
      device.vxlan = { vni, dstPort, local: after('local'), proxy: false, learning: false };
    return undefined;
  }

  #linkDelete(name: string): undefined {
    const peer = this.devices.get(name)?.peer;
    this.devices.delete(name);
    if (peer !== undefined && this.devices.has(peer)) this.#linkDelete(peer);
    for (const [port, device] of this.devices) if (device.master === name) this.#release(port, device);
    this.#forget(this.entries, (key, port) => key.startsWith(`${name} `) || port === name);
    this.#forget(this.tunnels, (key) => key.startsWith(`${name} `));
    this.#forget(this.neighbours, (key) => key.startsWith(`${name} `));
  }

  #release(name: string, device: Device): void {
    device.master = undefined;
    device.guarded = false;
    this.#forget(this.entries, (_, port) => port === name);
  }

  #forget<V>(table: Map<string, V>, isGone: (key: string, value: V) => boolean): void {
    for (const [key, value] of table) if (isGone(key, value)) table.delete(key);
  }

  #linkSet(
    name: string,
    device: Device,
    words: readonly string[],
    after: (word: string) => string | undefined,
  ): string | undefined {
    const master = after('master');
    if (master !== undefined && this.devices.get(master)?.kind !== 'bridge')
      return `Device "${master}" does not exist.`;
    if (words.includes('nomaster')) this.#release(name, device);
    if (master !== undefined && device.master !== master) {
      this.#release(name, device);
      device.master = master;
    }
    device.mtu = Number(after('mtu') ?? device.mtu);
    if (words.includes('address')) {
      device.address = after('address')!;
      this.#forget(this.neighbours, (key) => key.startsWith(`${name} `));
    }
    if (words.includes('bridge_slave')) device.guarded = true;
    if (words.includes('up')) device.up = true;
    return undefined;
  }

  #bridgeEntry(verb: string, mac: string, port: string, device: Device): string | undefined {
    if (device.master === undefined) return 'RTNETLINK answers: Operation not supported';
    const key = `${device.master} ${mac}`;
    if (verb === 'replace') this.entries.set(key, port);
    else if (this.entries.get(key) !== port || !this.entries.delete(key))
      return 'RTNETLINK answers: No such file or directory';
    return undefined;
  }

  #tunnelEntry(verb: string, mac: string, device: string, remote: string): string | undefined {
    const key = `${device} ${mac}`;
    const remotes = this.tunnels.get(key);
    if (verb === 'replace') this.tunnels.set(key, new Set([remote]));
    else if (verb === 'append') this.tunnels.set(key, (remotes ?? new Set()).add(remote));
    else if (remotes?.delete(remote) !== true) return 'RTNETLINK answers: No such file or directory';
    else if (remotes.size === 0) this.tunnels.delete(key);
    return undefined;
  }

  links(): Link[] {
    return [...this.devices].map(([name, device]) => ({
      name,
      up: device.up,
      mtu: device.mtu,
      macAddress: device.address,
      master: device.master,
      addresses: [],
      isLoopback: false,
      kind: device.kind,
      isQuietBridge: device.kind === 'bridge',
      isShielded: ['rp_filter=1', 'arp_ignore=8'].every((setting) => device.shields.has(setting)),
      vxlan: device.vxlan,
      peer: device.peer,
      isGuardedPort: device.guarded,
    }));
  }

  fdb(bridge: string): FdbEntry[] {
    const found: FdbEntry[] = [];
    for (const [key, port] of this.entries) {
      const [master, mac] = key.split(' ') as [string, string];
      if (master === bridge)
        found.push({
          mac,
          interface: port,
          master,
          isStatic: true,
          isSticky: true,
          dst: undefined,
          vni: undefined,
        });
    }
    for (const [key, remotes] of this.tunnels) {
      const [device, mac] = key.split(' ') as [string, string];
      if (this.devices.get(device)?.master !== bridge) continue;
      for (const remote of remotes) {
        const [dst, vni] = remote.split(' ') as [string, string];
        found.push({
          mac,
          interface: device,
          master: undefined,
          isStatic: false,
          isSticky: false,
          dst,
          vni: Number(vni),
        });
      }
    }
    return found;
  }

  neighboursOf(device: string): NeighbourEntry[] {
    const found: NeighbourEntry[] = [];
    for (const [key, mac] of this.neighbours) {
      const [owner, ip] = key.split(' ') as [string, string];
      if (owner === device) found.push({ ip, mac });
    }
    return found;
  }

  /** All there is, as text to compare; interfaces keep being up. */
  dump(): readonly string[] {
    return [
      ...[...this.devices].map(([name, { kind, peer, master, mtu, vxlan, guarded }]) =>
        [name, kind, peer, master, mtu, vxlan?.vni, guarded].join(' '),
      ),
      ...[...this.entries].map((entry) => `entry ${entry.join(' ')}`),
      ...[...this.tunnels].map(([key, remotes]) => `tunnel ${key} ${[...remotes].sort().join(', ')}`),
      ...[...this.neighbours].map((entry) => `neighbour ${entry.join(' ')}`),
    ].sort();
  }
}
