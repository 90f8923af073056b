import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { modulesOf } from '../../../../lib/dataplane/linux-ipvpn/modules.ts';
import { linuxEncapsulationsOf } from '../../../../lib/dataplane/drivers/ipvpn-linux.ts';
import { isOwnDevice } from '../../../../lib/dataplane/linux-ipvpn/names.ts';
import { nextHop, remote, vrf } from '../ovs-ipvpn/scene.ts';
import { drop, ETHERNET, GRE, MPLS_IN_UDP, program, puts, route, rowsOf } from './scene.ts';

const FOU = 'encap fou encap-sport auto encap-dport 6635';

const KINDS = [
  { kind: 'GRE', settings: GRE, prefix: 'bgre', type: 'gre', options: 'ttl 64' },
  {
    kind: 'UDP',
    settings: MPLS_IN_UDP,
    prefix: 'budp',
    type: 'ipip mode mplsip',
    options: `ttl 64 ${FOU}`,
  },
] as const;

for (const { kind, settings, prefix, type, options } of KINDS) {
  test(`${kind}: a tunnel to each PE, and labels in them`, () => {
    const hops = [nextHop('10.77.0.2', 201), nextHop('10.77.0.1', 202)];
    const made = program(settings, vrf(), remote('12.0.0.0/24', ...hops));
    const name = `${prefix}-0a4d0002`;
    assert.equal(rowsOf(made, 'pe/10.77.0.2'), [
      {
        key: `link ${name}`,
        stage: 'device',
        put: [
          `link add name ${name} type ${type} local 10.77.0.1 remote 10.77.0.2 ${options}`,
          `link set dev ${name} up`,
        ],
        remove: [`link del dev ${name}`],
        present: ['File exists'],
        tolerate: ['Cannot find device'],
      },
      ...[`net/mpls/conf/${name}/input`, `net/ipv6/conf/${name}/disable_ipv6`].map((key) => ({
        key,
        stage: 'setting' as const,
        put: [`${key}=1`],
        remove: [],
        tolerate: ['No such file or directory'],
      })),
    ]);
    assert.equal(puts(made, '7/prefix/12.0.0.0/24'), [
      `route replace ${route(1007, '12.0.0.0/24')}` +
        ' nexthop encap mpls 202 via inet 127.0.0.1 dev lo weight 1' +
        ` nexthop encap mpls 201 dev ${name} weight 1`,
    ]);
    assert.not([...made.units()].includes('pe/10.77.0.1'));
    assert.ok(isOwnDevice(name));
  });

  test(`${kind}: a device takes in packets of nodes that have none`, () => {
    const name = `${prefix}-any`;
    assert.equal(puts(program(settings, vrf()), 'underlay').slice(0, 4), [
      `link add name ${name} type ${type} local 10.77.0.1 ${options}`,
      `link set dev ${name} up`,
      `net/mpls/conf/${name}/input=1`,
      `net/ipv6/conf/${name}/disable_ipv6=1`,
    ]);
    assert.ok(isOwnDevice(name));
  });
}

test('UDP: there is one port for all tunnels while there is a VRF, and it is that of RFC 7510', () => {
  const made = program(MPLS_IN_UDP, vrf(), remote('12.0.0.0/24', nextHop('10.77.0.2', 201)));
  assert.equal(rowsOf(made, 'underlay').slice(3), [
    {
      key: 'fou 6635',
      stage: 'device',
      put: ['fou del port 6635', 'fou add port 6635 ipproto 137'],
      remove: ['fou del port 6635'],
      // Not that the address is in use: another program would get the packets.
      present: ['Invalid argument'],
      tolerate: ['Invalid argument', 'Error talking to the kernel'],
    },
  ]);
  drop(made, vrf());
  assert.equal(rowsOf(made, 'underlay'), []);
  assert.is(rowsOf(program(GRE, vrf()), 'underlay').length, 3);
});

test('the encapsulation is the one that is configured', () => {
  assert.equal(linuxEncapsulationsOf(ETHERNET), [0, 10]);
  assert.equal(linuxEncapsulationsOf(GRE), [0, 2]);
  assert.equal(linuxEncapsulationsOf(MPLS_IN_UDP), [0, 13]);
});

test('modules are those of VRFs and labels, and of the tunnel', () => {
  const always = ['mpls_router', 'mpls_iptunnel', 'mpls_gso', 'vrf'];
  assert.equal(modulesOf(ETHERNET), always);
  assert.equal(modulesOf({ ...ETHERNET, mplsInterface: undefined }), always);
  assert.equal(modulesOf(GRE), [...always, 'ip_gre']);
  assert.equal(modulesOf(MPLS_IN_UDP), [...always, 'ipip', 'fou']);
});

test.run();
