import { isInterfaceName } from '../net/interface-name.ts';
import { failure, success, type Result } from '../result.ts';
import type { LocalPort } from '../vpn/local-port.ts';
import { shown } from './field.ts';

const NO_KEY = 'Mandatory key is missing in local_port parameter (linuxif, or evpn)';

/** The `local_port` of a request: an object, or the name of an interface alone. */
export function parseLocalPort(value: unknown): Result<LocalPort, string> {
  const description = typeof value === 'string' ? { linuxif: value } : value;
  if (typeof description !== 'object' || description === null || Array.isArray(description)) {
    return failure(`local_port ${shown(value)} is not valid: an object with linuxif, or a name, is expected`);
  }
  const members = description as Readonly<Record<string, unknown>>;
  if ('evpn' in members) {
    return failure('local_port.evpn: an E-VPN instance cannot be plugged into an IP VPN by this version');
  }
  if (!('linuxif' in members)) return failure(NO_KEY);
  const name = members['linuxif'];
  if (typeof name !== 'string' || !isInterfaceName(name)) {
    return failure(
      `local_port.linuxif ${shown(name)} is not valid: the name of an interface is expected, at most 15 characters`,
    );
  }
  return success({ interface: name, description: members });
}
