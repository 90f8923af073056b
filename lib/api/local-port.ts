import { isInterfaceName } from '../net/interface-name.ts';
import { failure, success, type Result } from '../result.ts';
import type { EvpnPort, RequestedPort } from '../vpn/local-port.ts';
import { isObject, shown } from './field.ts';

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
  return success({ interface: name, description });
}

/** `{"evpn": {"id": <EVI>}}`; with `ovs_port_name` the EVI leads to the port that is described by `ovs`. */
function parseEvpnPort(description: Members): Result<EvpnPort, string> {
  const { evpn, linuxif, ovs } = description;
  if (!isObject(evpn)) {
    return failure(`local_port.evpn ${shown(evpn)} is not valid: an object with id is expected`);
  }
  const { id, ovs_port_name: eviInterface } = evpn;
  if (typeof id !== 'string' || id === '') {
    return failure(`local_port.evpn.id ${shown(id)} is not valid: the id of an E-VPN instance is expected`);
  }
  // Null and the empty string count as absent, as for the original.
  if (linuxif) return failure('local_port.linuxif and local_port.evpn exclude each other: give one of them');
  if (eviInterface === undefined) return success({ evpnInstance: id, joined: undefined, description });
  if (typeof eviInterface !== 'string' || !isInterfaceName(eviInterface)) {
    return failure(
      `local_port.evpn.ovs_port_name ${shown(eviInterface)} is not valid: the name of an interface is expected`,
    );
  }
  const vrfInterface = isObject(ovs) && ovs['plugged'] === true ? ovsPort(ovs) : undefined;
  if (vrfInterface === undefined) {
    return failure(
      `local_port.ovs ${shown(ovs)} is not valid: with evpn.ovs_port_name, plugged true and port_name or port_number ` +
        'are expected',
    );
  }
  return success({ evpnInstance: id, joined: { eviInterface, vrfInterface }, description });
}

function ovsPort({ port_name: name, port_number: number }: Members): string | undefined {
  if (typeof name === 'string' && isInterfaceName(name)) return name;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 ? String(number) : undefined;
}

/** Agents of Open vSwitch name no interface but a patch port and a VLAN: `patch2tun:1`. The kernel has no colons. */
function isPortName(text: string): boolean {
  return isInterfaceName(text.replaceAll(':', '.'));
}
