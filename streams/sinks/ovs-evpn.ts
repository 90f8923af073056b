import { evpnOvs } from '../../lib/dataplane/drivers/evpn-ovs.ts';
import { OvsEvpn, type OvsEvpnSettings } from '../../lib/dataplane/ovs-evpn/ovs-evpn.ts';
import { ovsSink } from './ovs.ts';
import type { Sink, SinkOptions } from './sink.ts';

/** E-VPN in the tunnel bridge of the Neutron agent for Open vSwitch. */
export function ovsEvpnSink(options: SinkOptions, { bridge }: Pick<OvsEvpnSettings, 'bridge'>): Sink {
  const program = new OvsEvpn({ bridge, localAddress: options.localAddress });
  return ovsSink(options, {
    driver: evpnOvs,
    program,
    // Ports of this bridge are made by the agent, which may start after us.
    requiredPorts: [],
    // The agent makes the bridge, secure, and puts a flow into it that drops the rest.
    mustBeSecure: false,
    describe: () => program.describe(),
    describeInstance: (instance) => program.describeInstance(instance),
  });
}
