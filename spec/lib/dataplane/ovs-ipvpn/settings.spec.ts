import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TUNNEL_TYPE } from '../../../../lib/bgp/community/encapsulation.ts';
import { encapsulationsOf } from '../../../../lib/dataplane/drivers/ipvpn-ovs.ts';
import { OvsIpvpn } from '../../../../lib/dataplane/ovs-ipvpn/ovs-ipvpn.ts';
import { settingsOf, type OvsIpvpnOptions } from '../../../../lib/dataplane/ovs-ipvpn/settings.ts';
import { ask, BARE, drop, endpoint, GRE, ovs, vrf } from './scene.ts';

const OPTIONS: OvsIpvpnOptions = {
  ovsBridge: 'br-mpls',
  localAddress: '10.77.0.1',
  mplsInterface: undefined,
  mplsOverGre: 'auto',
  greTunnel: 'mpls_gre',
  greTunnelOptions: ['packet_type=legacy_l3'],
  vxlanEncap: false,
  arpResponder: true,
  proxyArp: false,
  inputTable: 0,
  ovsTableIdStart: 1,
  ovsbrInterfacesMtu: undefined,
  hashMethod: 'dp_hash',
  hashMethodParam: 0,
  hashFields: [],
};

test('options become settings', () => {
  assert.equal(settingsOf(OPTIONS), GRE);
  const large = settingsOf({ ...OPTIONS, hashMethodParam: '18446744073709551615' });
  assert.is(large.hashMethodParam, 2n ** 64n - 1n);
});

const MODES: readonly (readonly [string | undefined, OvsIpvpnOptions['mplsOverGre'], 'GRE' | 'bare'])[] = [
  [undefined, 'auto', 'GRE'],
  [undefined, 'True', 'GRE'],
  ['*gre*', 'auto', 'GRE'],
  ['*gre*', 'True', 'GRE'],
  ['to-phy', 'auto', 'bare'],
  ['to-phy', 'False', 'bare'],
  ['to-phy', 'True', 'GRE'],
];

for (const [mplsInterface, mplsOverGre, mode] of MODES) {
  test(`mpls_interface ${mplsInterface ?? 'not set'} and mpls_over_gre ${mplsOverGre}: ${mode}`, () => {
    assert.equal(settingsOf({ ...OPTIONS, mplsInterface, mplsOverGre }), mode === 'GRE' ? GRE : BARE);
  });
}

test('what is advertised', () => {
  const { default: any, gre, mpls, vxlan } = TUNNEL_TYPE;
  assert.equal(encapsulationsOf(GRE), [any, gre]);
  assert.equal(encapsulationsOf(BARE), [any, mpls]);
  assert.equal(encapsulationsOf({ ...GRE, vxlan: true }), [any, gre, vxlan]);
  assert.equal(encapsulationsOf({ ...BARE, vxlan: true }), [any, mpls, vxlan]);
});

test('the tunnels are there while there is a VRF', () => {
  const made = new OvsIpvpn({ ...GRE, vxlan: true });
  assert.equal([...made.ports()], []);
  assert.equal([...made.units()], []);
  ask(made, vrf(), vrf({ instance: 8 }));
  drop(made, vrf());
  const ends = ['local_ip=10.77.0.1', 'remote_ip=flow'];
  assert.equal(
    [...made.ports()],
    [
      ['mpls_gre', { make: { type: 'gre', options: [...ends, 'packet_type=legacy_l3'], mtu: undefined } }],
      ['vxlan', { make: { type: 'vxlan', options: [...ends, 'key=flow'], mtu: undefined } }],
    ],
  );
  drop(made, vrf({ instance: 8 }));
  assert.equal([...made.ports()], []);
  assert.equal([...made.units()], []);
});

test('the interface of bare MPLS must be there', () => {
  const made = new OvsIpvpn(BARE);
  ask(made, vrf());
  assert.equal([...made.ports()], [['to-phy', { make: undefined }]]);
});

test('an interface is added with its MTU, a plugged port is not, and each goes with the last address behind it', () => {
  const made = new OvsIpvpn({ ...GRE, interfaceMtu: 8900 });
  const added = { make: { type: 'system', options: [], mtu: 8900 } };
  const plugged = ovs({ portName: 'patch', toVmPortName: 'router' });
  const unplugged = { ...ovs({ portName: 'veth1' }), plugged: false };
  ask(
    made,
    endpoint('11.0.0.1'),
    endpoint('11.0.0.2'),
    endpoint('11.0.0.3', { ovs: plugged }),
    endpoint('11.0.0.4', { ovs: ovs({ portNumber: 7, portName: 'nobody' }) }),
    endpoint('11.0.0.5', { ovs: unplugged }),
  );
  assert.equal(Object.fromEntries(made.ports()), {
    tap1: added,
    patch: { make: undefined },
    router: { make: undefined },
    veth1: added,
  });
  drop(made, endpoint('11.0.0.1'), endpoint('11.0.0.3'), endpoint('11.0.0.5'));
  assert.equal(Object.fromEntries(made.ports()), { tap1: added });
  drop(made, endpoint('11.0.0.2'));
  assert.equal([...made.ports()], []);
});

test('an option of the tunnel that is given may be another one than ours, and counts once', () => {
  const made = new OvsIpvpn(
    settingsOf({ ...OPTIONS, greTunnelOptions: ['local_ip=10.77.0.9', 'tos=1', 'tos=2'] }),
  );
  ask(made, vrf());
  assert.equal(made.ports().get('mpls_gre')?.make?.options, [
    'local_ip=10.77.0.9',
    'remote_ip=flow',
    'tos=2',
  ]);
});

test('whoever adds a port speaks for those who expect it', () => {
  const made = new OvsIpvpn(GRE);
  const expecting = endpoint('11.0.0.1', { ovs: ovs({ portName: 'tap1' }) });
  ask(made, expecting, endpoint('11.0.0.2'));
  assert.is(made.ports().get('tap1')?.make?.type, 'system');
  drop(made, endpoint('11.0.0.2'));
  assert.equal(made.ports().get('tap1'), { make: undefined });
});

test('what the looking glass shows', () => {
  const made = new OvsIpvpn({ ...GRE, vxlan: true, firstTable: 60 });
  assert.equal(made.describe(), {
    mpls_interface: null,
    gre: { enabled: true, gre_tunnel_port: 'mpls_gre' },
    vxlan: { enabled: true, vxlan_tunnel_port: 'vxlan' },
    tables: { incoming: 0, encap_in: 60, vrf: 61 },
  });
  assert.equal(new OvsIpvpn(BARE).describe(), {
    mpls_interface: 'to-phy',
    gre: { enabled: false },
    vxlan: { enabled: false },
    tables: { incoming: 0, encap_in: 1, vrf: 2 },
  });
  ask(made, vrf(), endpoint('11.0.0.1', { ovs: ovs({ portNumber: 7, vlan: 42 }) }));
  assert.equal(made.describeInstance(7), { ports: [{ port: 'number 7', vlan: 42 }] });
  assert.equal(made.describeInstance(8), {});
});

test.run();
