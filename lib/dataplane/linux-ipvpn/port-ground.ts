import { failure, success, type Result } from '../../result.ts';
import { isVrfDevice, vrfDevice } from './names.ts';
import type { Port } from './ports.ts';
import type { KernelView } from './row.ts';

/** What rows on a port lie on. */
export interface PortGround {
  /** For what stays as long as the interface is there. */
  readonly interface: string;
  /** For what the kernel drops when the interface goes into a VRF or out of one: neighbours and routes. */
  readonly state: string;
}

/** A failure says why the port cannot be one of a VRF. */
export function portGround(port: Port, view: KernelView): Result<PortGround, string> {
  const link = view.link(port.name);
  if (!link.ok) return failure(`local_port: ${link.fault}`);
  const { index, master } = link.value;
  if (master !== undefined && !isVrfDevice(master)) {
    return failure(`local_port: ${port.name} is a port of ${master}`);
  }
  const place = `${port.name}#${index}`;
  const home = port.home === undefined ? 'free' : vrfDevice(port.home.instance);
  return success({ interface: place, state: `${place} ${home}` });
}
