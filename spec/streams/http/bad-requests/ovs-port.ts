import { badAttach, badDetach, EVI_PORT, VRF_PORT, type BadRequest, type Row } from './scene.ts';

/** What a port says of Open vSwitch: `local_port.ovs` and `local_port.vlan`. */
const ANY: readonly Row[] = [
  [
    'ovs text',
    { local_port: { linuxif: 'tap9', ovs: 'p' } },
    'local_port.ovs: an object is expected, not "p"',
  ],
  [
    'ovs a list',
    { local_port: { linuxif: 'tap9', ovs: [1] } },
    'local_port.ovs: an object is expected, not [1]',
  ],
  row({ plugged: 'true' }, 'plugged: true or false is expected, not "true"'),
  row({ port_name: 'a b' }, 'port_name: port a b is not valid: a name of at most 63 characters is expected'),
  row({ port_number: 'x' }, 'port_number: an integer from 1 to 65279 is expected, not "x"'),
  row({ port_number: 0 }, 'port_number: an integer from 1 to 65279 is expected, not 0'),
  row({ port_number: 65534 }, 'port_number: an integer from 1 to 65279 is expected, not 65534'),
  row({ vlan: 5000 }, 'vlan: an integer from 1 to 4094 is expected, not 5000'),
  row({ vlan: '7' }, 'vlan: an integer from 1 to 4094 is expected, not "7"'),
  row(
    { to_vm_port_name: 7 },
    'to_vm_port_name: port 7 is not valid: a name of at most 63 characters is expected',
  ),
  row({ to_vm_port_number: 1.5 }, 'to_vm_port_number: an integer from 1 to 65279 is expected, not 1.5'),
  [
    'vlan 0',
    { local_port: { linuxif: 'tap9', vlan: 0 } },
    'local_port.vlan: an integer from 1 to 4094 is expected, not 0',
  ],
  [
    'vlan text',
    { local_port: { linuxif: 'tap9', vlan: '42' } },
    'local_port.vlan: an integer from 1 to 4094 is expected, not "42"',
  ],
];

function row(ovs: object, reason: string): Row {
  return [`ovs ${JSON.stringify(ovs)}`, { local_port: { linuxif: 'tap9', ovs } }, `local_port.ovs.${reason}`];
}

export const BAD_OVS_PORTS: readonly BadRequest[] = [
  ...ANY.map((each) => badAttach(VRF_PORT, each)),
  ...ANY.map((each) => badAttach(EVI_PORT, each)),
  ...ANY.map((each) => badDetach(VRF_PORT, each)),
];
