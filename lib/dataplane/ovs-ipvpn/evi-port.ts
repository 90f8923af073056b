import type { LocalPort } from '../../vpn/local-port.ts';
import { otherEnd } from '../pair-names.ts';

/** Whether an EVI is behind the port, with machines that answer for themselves. */
export function isEviPort({ interface: name, description }: LocalPort): boolean {
  return 'evpn' in description || otherEnd(name) !== undefined;
}
