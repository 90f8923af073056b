import { encapsulationsOf, ipvpnOvs } from '../../lib/dataplane/drivers/ipvpn-ovs.ts';
import { OvsIpvpn } from '../../lib/dataplane/ovs-ipvpn/ovs-ipvpn.ts';
import { selectionOf } from '../../lib/dataplane/ovs-ipvpn/prefix-rows.ts';
import type { OvsIpvpnSettings } from '../../lib/dataplane/ovs-ipvpn/settings.ts';
import { Neighbours } from './neighbours.ts';
import { ovsSink } from './ovs.ts';
import { runProcess } from './run-batch.ts';
import type { Sink, SinkOptions } from './sink.ts';

/** IP VPN in a bridge of Open vSwitch: MPLS over Ethernet or over GRE, and VXLAN. */
export function ovsIpvpnSink(options: SinkOptions, settings: OvsIpvpnSettings): Sink {
  const program = new OvsIpvpn(settings);
  const { mplsInterface } = settings;
  return ovsSink(options, {
    driver: { ...ipvpnOvs, encapsulations: encapsulationsOf(settings) },
    program,
    selection: selectionOf(settings),
    requiredPorts: mplsInterface === undefined ? [] : [mplsInterface],
    mustBeSecure: true,
    ...(mplsInterface !== undefined && { neighbours: new Neighbours({ run: runProcess, ...options }) }),
    describe: () => program.describe(),
    describeInstance: (instance) => program.describeInstance(instance),
  });
}
