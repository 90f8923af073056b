import { badAttach, badDetach, EVI_PORT, VRF_PORT, type BadRequest, type Row } from './scene.ts';

/** An E-VPN instance in place of a port: `local_port.evpn`. */
const VRF: readonly Row[] = [
  [
    'evpn null',
    { local_port: { evpn: null } },
    'local_port.evpn null is not valid: an object with id is expected',
  ],
  [
    'evpn text',
    { local_port: { evpn: 'e1' } },
    'local_port.evpn e1 is not valid: an object with id is expected',
  ],
  [
    'evpn without id',
    { local_port: { evpn: {} } },
    'local_port.evpn.id undefined is not valid: the id of an E-VPN instance is expected',
  ],
  [
    'evpn.id a number',
    { local_port: { evpn: { id: 1 } } },
    'local_port.evpn.id 1 is not valid: the id of an E-VPN instance is expected',
  ],
  [
    'evpn and linuxif',
    { local_port: { evpn: { id: 'e1' }, linuxif: 'tap9' } },
    'local_port.linuxif and local_port.evpn exclude each other: give one of them',
  ],
  [
    'evpn.ovs_port_name without ovs',
    { local_port: { evpn: { id: 'e1', ovs_port_name: 'evpn1' } } },
    'local_port.ovs undefined is not valid: with evpn.ovs_port_name, plugged true and port_name or port_number are expected',
  ],
  [
    'evpn of no instance',
    { local_port: { evpn: { id: 'nosuch' } } },
    'local_port.evpn.id nosuch is not valid: there is no such VPN instance',
  ],
  [
    'evpn of no instance, for a new VRF',
    { vpn_instance_id: 'new', local_port: { evpn: { id: '__proto__' } } },
    'local_port.evpn.id __proto__ is not valid: there is no such VPN instance',
  ],
  [
    'evpn of a VRF',
    { local_port: { evpn: { id: 'v2' } } },
    'local_port.evpn.id v2 is not valid: it is not an E-VPN instance',
  ],
  [
    'evpn of the instance itself',
    { local_port: { evpn: { id: 'v1' } } },
    'local_port.evpn.id v1 is not valid: it is the instance itself',
  ],
];

const EVI: readonly Row[] = [
  [
    'evpn',
    { local_port: { evpn: { id: 'e1' } } },
    'local_port.evpn is for ipvpn: an E-VPN instance can be plugged into an IP VPN only',
  ],
];

export const BAD_EVPN_PORTS: readonly BadRequest[] = [
  ...VRF.map((row) => badAttach(VRF_PORT, row)),
  ...EVI.map((row) => badAttach(EVI_PORT, row)),
  ...VRF.slice(0, 1).map((row) => badDetach(VRF_PORT, row)),
];
