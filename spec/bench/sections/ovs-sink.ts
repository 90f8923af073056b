import { type IpvpnLoad, measureIpvpn } from '../ipvpn-load.ts';
import { withOvsNode } from '../ovs-node.ts';
import type { Row, Section } from '../section.ts';

const LOADS: readonly IpvpnLoad[] = [
  { vrfs: 1, prefixes: 10_000, nextHops: 1 },
  { vrfs: 1, prefixes: 10_000, nextHops: 2 },
  { vrfs: 100, prefixes: 100, nextHops: 1 },
  { vrfs: 1, prefixes: 50_000, nextHops: 1 },
];

export const ovsSink: Section = {
  name: 'ovs-sink',
  title: 'Dataplane: IP VPN of Open vSwitch',
  about:
    'Remote prefixes are handed to the sink, in this process; it programs an Open vSwitch that forwards in user space. ' +
    'Time is from the first intent to the last confirmation, when the switch has committed the last bundle. ' +
    'With more than one next hop each prefix has a group. "blocked" is the longest time that the event loop was ' +
    'blocked. CPU time is that of the sink and of the tools that it runs, without the switch.',
  async measure({ tell }) {
    if (process.getuid?.() !== 0) {
      tell('ovs-sink: skipped: needs root (network namespaces)');
      return [];
    }
    const rows: Row[] = [];
    for (const load of LOADS) {
      const { vrfs, prefixes, nextHops } = load;
      tell(`ovs-sink: ${vrfs} VRFs, ${prefixes} prefixes each, ${nextHops} next hops ...`);
      rows.push(await withOvsNode((node) => measureIpvpn(node, load)));
    }
    return rows;
  },
};
