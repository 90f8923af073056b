import { badAttach, badDetach, EVI_PORT, VRF_PORT, type BadRequest, type Row } from './scene.ts';

/** Requests that are well formed, and cannot be carried out beside what is attached. */
const VRF: readonly Row[] = [
  [
    'a VNI that another VRF has',
    { vpn_instance_id: 'new', vni: 600 },
    'A VPN instance using vni 600 already exists.',
  ],
  [
    'a VNI that an EVI has',
    { vpn_instance_id: 'new', vni: 500 },
    'A VPN instance using vni 500 already exists.',
  ],
  [
    'the id of an EVI',
    { vpn_instance_id: 'e1' },
    'VPN e1 exists with vpn_type evpn, it cannot be used as ipvpn',
  ],
  [
    'a MAC at another port',
    { mac_address: '52:54:00:00:00:01' },
    'Port information is not consistent. MAC address cannot be bound to two different ports. Previous plug for port tap9 ({"linuxif":"tap1"} != {"linuxif":"tap9"})',
  ],
  [
    'a MAC at the same port with other words',
    { mac_address: '52:54:00:00:00:01', local_port: { linuxif: 'tap1', ovs: { vlan: 1 } } },
    'Port information is not consistent. MAC address cannot be bound to two different ports. Previous plug for port tap1 ({"linuxif":"tap1"} != {"linuxif":"tap1","ovs":{"vlan":1}})',
  ],
  [
    'an address of another MAC',
    { ip_address: '10.0.0.2' },
    'Inconsistent endpoint info: IP 10.0.0.2 already bound to a MAC address different from 52:54:00:00:00:09 (52:54:00:00:00:02)',
  ],
  [
    'an address of another MAC, written otherwise',
    { ip_address: '10.0.0.2/32' },
    'Inconsistent endpoint info: IP 10.0.0.2/32 already bound to a MAC address different from 52:54:00:00:00:09 (52:54:00:00:00:02)',
  ],
  [
    'an address of another MAC, in a request that changes the route targets',
    { ip_address: '10.0.0.2', import_rt: ['64512:7'], export_rt: [], instance_description: 'other' },
    'Inconsistent endpoint info: IP 10.0.0.2 already bound to a MAC address different from 52:54:00:00:00:09 (52:54:00:00:00:02)',
  ],
  [
    'a direction beyond the driver, for a new instance',
    { vpn_instance_id: 'new', direction: 'to-port' },
    'Unsupported direction: to-port (driver dummy has both)',
  ],
  [
    'a direction beyond the driver, for an endpoint that is there',
    {
      ...{ mac_address: '52:54:00:00:00:01', ip_address: '10.0.0.1/24', local_port: { linuxif: 'tap1' } },
      ...{ direction: 'from-port', import_rt: ['64512:7'] },
    },
    'Unsupported direction: from-port (driver dummy has both)',
  ],
];

const EVI: readonly Row[] = [
  [
    'the id of a VRF',
    { vpn_instance_id: 'v1' },
    'VPN v1 exists with vpn_type ipvpn, it cannot be used as evpn',
  ],
  [
    'a VNI that a VRF has',
    { vpn_instance_id: 'new', vni: 600 },
    'A VPN instance using vni 600 already exists.',
  ],
  [
    'a MAC at another port',
    { mac_address: '52:54:00:00:00:12' },
    'Port information is not consistent. MAC address cannot be bound to two different ports. Previous plug for port tap19 ({"linuxif":"tap12"} != {"linuxif":"tap19"})',
  ],
  [
    'an address of another MAC',
    { ip_address: '10.9.0.1' },
    'Inconsistent endpoint info: IP 10.9.0.1 already bound to a MAC address different from 52:54:00:00:00:19 (52:54:00:00:00:11)',
  ],
];

const VRF_DETACH: readonly Row[] = [
  ['an instance that is not there', { vpn_instance_id: 'nosuch' }, 'VPN nosuch could not be found'],
  [
    'an instance with a name of objects',
    { vpn_instance_id: '__proto__' },
    'VPN __proto__ could not be found',
  ],
  [
    'an endpoint that an EVI does not have',
    { vpn_instance_id: 'e1' },
    "Endpoint ('52:54:00:00:00:09', '10.0.0.9/24') not plugged yet, can't unplug",
  ],
  [
    'a MAC that is not there',
    {},
    "Endpoint ('52:54:00:00:00:09', '10.0.0.9/24') not plugged yet, can't unplug",
  ],
  [
    'an address that the MAC has not',
    { mac_address: '52:54:00:00:00:01' },
    "Endpoint ('52:54:00:00:00:01', '10.0.0.9/24') not plugged yet, can't unplug",
  ],
  [
    'an address of another MAC',
    { ip_address: '10.0.0.1/24' },
    "Endpoint ('52:54:00:00:00:09', '10.0.0.1/24') not plugged yet, can't unplug",
  ],
  ['no ip_address', { ip_address: undefined }, "Missing parameter: 'ip_address'"],
  ['no vpn_type', { vpn_type: undefined }, 'missing instance_type: vpn_type, ipvpn or evpn, is expected'],
  ['no vpn_instance_id', { vpn_instance_id: undefined }, "Missing parameter: 'vpn_instance_id'"],
  ['no mac_address', { mac_address: undefined }, "Missing parameter: 'mac_address'"],
  ['no local_port', { local_port: undefined }, "Missing parameter: 'local_port'"],
  [
    'a MAC that is none',
    { mac_address: '1' },
    'MAC address 1 is not valid: the address of one station is expected, six bytes in hexadecimal, like 52:54:00:01:02:03',
  ],
];

const EVI_DETACH: readonly Row[] = [
  [
    'an address of a MAC without any',
    { mac_address: '52:54:00:00:00:12' },
    "Endpoint ('52:54:00:00:00:12', '10.9.0.9') not plugged yet, can't unplug",
  ],
  [
    'an endpoint that a VRF does not have',
    { vpn_instance_id: 'v2' },
    "Endpoint ('52:54:00:00:00:19', '10.9.0.9') not plugged yet, can't unplug",
  ],
];

export const CONFLICTS: readonly BadRequest[] = [
  ...VRF.map((row) => badAttach(VRF_PORT, row)),
  ...EVI.map((row) => badAttach(EVI_PORT, row)),
  ...VRF_DETACH.map((row) => badDetach(VRF_PORT, row)),
  ...EVI_DETACH.map((row) => badDetach(EVI_PORT, row)),
];
