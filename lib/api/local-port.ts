import { isInterfaceName } from '../net/interface-name.ts';
import { isOvsPortName } from '../net/ovs-port-name.ts';
import { failure, success, type Result } from '../result.ts';
import type { EvpnPort, OvsPort, RequestedPort } from '../vpn/local-port.ts';
import { isObject, shown } from './field.ts';
import { parseOvsMembers } from './ovs-port.ts';

type Members = Readonly<Record<string, unknown>>;

const NO_KEY = 'Mandatory key is missing in local_port parameter (linuxif, or evpn)';

/** The `local_port` of a request: an object, or the name of an interface alone. */
export function parseLocalPort(value: unknown): Result<RequestedPort, string> {
  const description = typeof value === 'string' ? { linuxif: value } : value;
  if (!isObject(description)) {
    return failure(`local_port ${shown(value)} is not valid: an object with linuxif, or a name, is expected`);
  }
  if ('evpn' in description) return parseEvpnPort(description);
  if (!('linuxif' in description)) return failure(NO_KEY);
  const name = description['linuxif'];
  if (typeof name !== 'string' || !isPortName(name)) {
    return failure(
      `local_port.linuxif ${shown(name)} is not valid: the name of an interface is expected, at most 15 characters`,
    );
  }
  const ovsMembers = parseOvsMembers(description);
  return ovsMembers.ok ? success({ interface: name, ...ovsMembers.value, description }) : ovsMembers;
}

/** `{"evpn": {"id": <EVI>}}`; with `ovs_port_name` the EVI leads to the port that is described by `ovs`. */
function parseEvpnPort(description: Members): Result<EvpnPort, string> {
  const { evpn, linuxif } = description;
  if (!isObject(evpn)) {
    return failure(`local_port.evpn ${shown(evpn)} is not valid: an object with id is expected`);
  }
  const { id, ovs_port_name: eviInterface } = evpn;
  if (typeof id !== 'string' || id === '') {
    return failure(`local_port.evpn.id ${shown(id)} is not valid: the id of an E-VPN instance is expected`);
  }
  // Null and the empty string count as absent, as for the original.
  if (linuxif) return failure('local_port.linuxif and local_port.evpn exclude each other: give one of them');
  const ovsMembers = parseOvsMembers(description);
  if (!ovsMembers.ok) return ovsMembers;
  if (eviInterface === undefined) return success({ evpnInstance: id, joined: undefined, description });
  if (typeof eviInterface !== 'string' || !isOvsPortName(eviInterface)) {
    return failure(
      `local_port.evpn.ovs_port_name ${shown(eviInterface)} is not valid: the name of an interface is expected`,
    );
  }
  const { ovs } = ovsMembers.value;
  const vrfInterface = ovs && pluggedPort(ovs);
  if (vrfInterface === undefined) {
    return failure(
      `local_port.ovs ${shown(description['ovs'])} is not valid: with evpn.ovs_port_name, plugged true and port_name or port_number ` +
        'are expected',
    );
  }
  return success({ evpnInstance: id, joined: { eviInterface, vrfInterface, ovs }, description });
}

/** What a port is known by that the bridge has already. */
function pluggedPort({ plugged, portName, portNumber }: OvsPort): string | undefined {
  return plugged ? (portName ?? portNumber?.toString()) : undefined;
}

/** Agents of Open vSwitch name no interface but a patch port and a VLAN: `patch2tun:1`. The kernel has no colons. */
function isPortName(text: string): boolean {
  return isInterfaceName(text.replaceAll(':', '.'));
}
