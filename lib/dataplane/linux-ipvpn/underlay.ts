import { failure, success, type Result } from '../../result.ts';
import type { KernelView } from './row.ts';

/** The ground of what lies on the interface on which labelled packets leave. */
export function underlayInterface(name: string, view: KernelView): Result<string, string> {
  const link = view.link(name);
  if (!link.ok) return failure(`mpls_interface: ${link.fault}`);
  return link.value.up ? success(`${name}#${link.value.index}`) : failure(`mpls_interface: ${name} is down`);
}
