import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAttach, parseDetach } from '../../../lib/api/attachment.ts';
import { parseLocalPort } from '../../../lib/api/local-port.ts';
import type { EvpnPort, LocalPort, OvsPort } from '../../../lib/vpn/local-port.ts';

const ovs = { plugged: true, port_name: 'patch-v' };
const pluggedPort: OvsPort = {
  plugged: true,
  portName: 'patch-v',
  portNumber: undefined,
  vlan: undefined,
  toVmPortName: undefined,
  toVmPortNumber: undefined,
};
const noPort: OvsPort = { ...pluggedPort, plugged: false, portName: undefined };
const joinedPort = { evpn: { id: 'e', ovs_port_name: 'patch-e' }, ovs };

const understood: [
  name: string,
  value: unknown,
  means: Omit<LocalPort, 'description'> | Omit<EvpnPort, 'description'>,
][] = [
  ['a name', 'tap1', { interface: 'tap1' }],
  ['a name in an object', { linuxif: 'tap1' }, { interface: 'tap1' }],
  [
    'a port that Open vSwitch has, of which is not said which one',
    { linuxif: 'tap1', ovs: { plugged: true } },
    { interface: 'tap1', ovs: { ...noPort, plugged: true } },
  ],
  [
    'all that can be said of a port of Open vSwitch, and more',
    {
      linuxif: 'tap1',
      ovs: {
        ...{ plugged: true, port_name: 'p', port_number: 65279, vlan: 4094, colour: 'blue' },
        ...{ to_vm_port_name: 'q', to_vm_port_number: 1 },
      },
    },
    {
      interface: 'tap1',
      ovs: {
        ...{ plugged: true, portName: 'p', portNumber: 65279, vlan: 4094 },
        ...{ toVmPortName: 'q', toVmPortNumber: 1 },
      },
    },
  ],
  [
    'a port of Open vSwitch with members of null',
    {
      linuxif: 'tap1',
      ovs: {
        ...{ plugged: null, port_name: null, port_number: null, vlan: null },
        ...{ to_vm_port_name: null, to_vm_port_number: null },
      },
    },
    { interface: 'tap1', ovs: noPort },
  ],
  [
    'a port of Open vSwitch of null, and a VLAN',
    { linuxif: 'tap1', ovs: null, vlan: null },
    { interface: 'tap1' },
  ],
  ['the VLAN of an E-VPN', { linuxif: 'patch2tun:1', vlan: 1 }, { interface: 'patch2tun:1', vlan: 1 }],
  ['a patch port and a VLAN', { linuxif: 'patch2tun:1' }, { interface: 'patch2tun:1' }],
  ['an EVI', { evpn: { id: 'e' } }, { evpnInstance: 'e', joined: undefined }],
  [
    'an EVI, and an interface of null',
    { evpn: { id: 'e' }, linuxif: null },
    { evpnInstance: 'e', joined: undefined },
  ],
  [
    'an EVI, and an interface without a name',
    { evpn: { id: 'e' }, linuxif: '' },
    { evpnInstance: 'e', joined: undefined },
  ],
  [
    'an EVI that is joined to a port',
    joinedPort,
    {
      evpnInstance: 'e',
      joined: { eviInterface: 'patch-e', vrfInterface: 'patch-v', ovs: pluggedPort },
    },
  ],
  [
    'an EVI that is joined to a port by number',
    { ...joinedPort, ovs: { plugged: true, port_number: 7 } },
    {
      evpnInstance: 'e',
      joined: {
        ...{ eviInterface: 'patch-e', vrfInterface: '7' },
        ovs: { ...pluggedPort, portName: undefined, portNumber: 7 },
      },
    },
  ],
];
for (const [name, value, means] of understood) {
  test(`understood: ${name}`, () => {
    const description = typeof value === 'string' ? { linuxif: value } : value;
    assert.equal(parseLocalPort(value), { ok: true, value: { ...means, description } });
  });
}

const missing = /^Mandatory key is missing in local_port parameter \(linuxif, or evpn\)$/;
const noOvs =
  /^local_port\.ovs .* is not valid: with evpn\.ovs_port_name, plugged true and port_name or port_number are expected$/;
const refused: [name: string, value: unknown, fault: RegExp][] = [
  ['null', null, /^local_port null is not valid: an object with linuxif, or a name, is expected$/],
  ['a list', ['tap1'], /^local_port .* is not valid/],
  ['a number', 5, /^local_port 5 is not valid/],
  ['nothing', {}, missing],
  ['neither', { ovs }, missing],
  ['a name of 16 letters', 'abcdefghijklmnop', /^local_port\.linuxif abcdefghijklmnop is not valid/],
  ['a name of null', { linuxif: null }, /^local_port\.linuxif null is not valid/],
  ['no name', '', /^local_port\.linuxif "" is not valid/],
  ['a name with a slash', 'a/b', /^local_port\.linuxif a\/b is not valid/],
  ['an EVI of null', { evpn: null }, /^local_port\.evpn null is not valid: an object with id is expected$/],
  ['an EVI that is text', { evpn: 'e' }, /^local_port\.evpn e is not valid/],
  [
    'an EVI without id',
    { evpn: {} },
    /^local_port\.evpn\.id undefined is not valid: the id of an E-VPN instance/,
  ],
  ['an EVI with an empty id', { evpn: { id: '' } }, /^local_port\.evpn\.id "" is not valid/],
  ['an EVI with a number as id', { evpn: { id: 5 } }, /^local_port\.evpn\.id 5 is not valid/],
  [
    'both',
    { evpn: { id: 'e' }, linuxif: 'tap1' },
    /^local_port\.linuxif and local_port\.evpn exclude each other/,
  ],
  [
    'a joined port that is null',
    { evpn: { id: 'e', ovs_port_name: null }, ovs },
    /^local_port\.evpn\.ovs_port_name null is not valid/,
  ],
  [
    'a joined port with a blank',
    { evpn: { id: 'e', ovs_port_name: 'a b' }, ovs },
    /^local_port\.evpn\.ovs_port_name a b is not valid/,
  ],
  ['a joined port without the other end', { evpn: joinedPort.evpn }, noOvs],
  ['another end that is not plugged', { ...joinedPort, ovs: { port_name: 'x' } }, noOvs],
  ['another end without name', { ...joinedPort, ovs: { plugged: true } }, noOvs],
];

/** Members of `local_port.ovs` that are of the wrong type, in every form of a port; what is said after their name. */
const badMembers: [member: string, value: unknown, said: string][] = [
  ['plugged', 'yes', 'true or false is expected, not "yes"'],
  ['plugged', 1, 'true or false is expected, not 1'],
  ['port_name', 'a b', 'port a b is not valid: a name of at most 63 characters is expected'],
  ['port_name', '', 'port "" is not valid: a name of at most 63 characters is expected'],
  ['port_number', 'x', 'an integer from 1 to 65279 is expected, not "x"'],
  ['port_number', '7', 'an integer from 1 to 65279 is expected, not "7"'],
  ['port_number', 1.5, 'an integer from 1 to 65279 is expected, not 1.5'],
  ['port_number', 0, 'an integer from 1 to 65279 is expected, not 0'],
  ['port_number', -1, 'an integer from 1 to 65279 is expected, not -1'],
  ['port_number', 65280, 'an integer from 1 to 65279 is expected, not 65280'],
  ['vlan', 0, 'an integer from 1 to 4094 is expected, not 0'],
  ['vlan', 5000, 'an integer from 1 to 4094 is expected, not 5000'],
  ['vlan', true, 'an integer from 1 to 4094 is expected, not true'],
  ['to_vm_port_name', 7, 'port 7 is not valid: a name of at most 63 characters is expected'],
  ['to_vm_port_number', [], 'an integer from 1 to 65279 is expected, not []'],
];
const forms: [name: string, form: object][] = [
  ['an interface', { linuxif: 'tap1' }],
  ['an EVI', { evpn: { id: 'e' } }],
  ['a joined EVI', { evpn: joinedPort.evpn }],
];
for (const [name, form] of forms) {
  for (const [member, value, said] of badMembers) {
    test(`refused: ${name} with ovs.${member} ${JSON.stringify(value)}`, () => {
      const parsed = parseLocalPort({ ...form, ovs: { ...ovs, [member]: value } });
      assert.equal(parsed, { ok: false, fault: `local_port.ovs.${member}: ${said}` });
    });
  }
  test(`refused: ${name} with ovs or a VLAN that is none`, () => {
    const refusal = (members: object): unknown => parseLocalPort({ ...form, ...members });
    const object = 'local_port.ovs: an object is expected, not ';
    assert.equal(refusal({ ovs: 'p' }), { ok: false, fault: `${object}"p"` });
    assert.equal(refusal({ ovs: [] }), { ok: false, fault: `${object}[]` });
    const fault = 'local_port.vlan: an integer from 1 to 4094 is expected, not "1"';
    assert.equal(refusal({ vlan: '1' }), { ok: false, fault });
  });
}
for (const [name, value, fault] of refused) {
  test(`refused: ${name}`, () => {
    const parsed = parseLocalPort(value);
    assert.ok(!parsed.ok);
    assert.match(parsed.fault, fault);
  });
}

test('whatever is given is understood or refused', () => {
  const member = fc.constantFrom('linuxif', 'evpn', 'ovs', 'vlan');
  const evpn = fc.record({ id: fc.anything(), ovs_port_name: fc.anything() }, { requiredKeys: [] });
  const ofOvs = fc.dictionary(fc.constantFrom('plugged', 'port_name', 'port_number', 'vlan'), fc.anything());
  fc.assert(
    fc.property(
      fc.oneof(fc.anything(), fc.dictionary(member, fc.oneof(fc.anything(), evpn, ofOvs))),
      (value) => {
        const parsed = parseLocalPort(value);
        if (!parsed.ok) assert.match(parsed.fault, /local_port/);
        else assert.ok('interface' in parsed.value || parsed.value.evpnInstance !== '');
      },
    ),
  );
});

const body = {
  vpn_type: 'ipvpn',
  vpn_instance_id: 'v',
  mac_address: '52:54:00:00:00:01',
  ip_address: '10.0.0.1/24',
  gateway_ip: '10.0.0.254',
  import_rt: ['64512:1'],
  export_rt: ['64512:1'],
  local_port: { evpn: { id: 'e' } },
};

test('an EVI is a port of an IP VPN only, in an attach and in a detach', () => {
  for (const parse of [parseAttach, parseDetach]) {
    assert.ok(parse(body).ok);
    const parsed = parse({ ...body, vpn_type: 'evpn' });
    assert.ok(!parsed.ok);
    assert.match(parsed.fault, /^local_port\.evpn is for ipvpn/);
  }
});

test.run();
