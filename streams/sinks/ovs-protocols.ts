import { failure, type Result, success } from '../../lib/result.ts';
import type { OvsTools, Trouble } from './ovs-tools.ts';

/** The version of OpenFlow in which we speak. */
const NEEDED = 'OpenFlow15';

/** All that there are. A bridge for which none is named speaks those of them that its release has by default. */
const PROTOCOLS = ['10', '11', '12', '13', '14', '15'].map((version) => `OpenFlow${version}`);

/**
 * Names our version of OpenFlow among those that the bridge speaks, also where it speaks it by default: the default ends
 * as soon as others add versions of theirs, as a Neutron agent does. What they have named is left to them. Says whether
 * there was something to do.
 */
export async function nameOpenFlow(tools: OvsTools, bridge: string): Promise<Result<boolean, Trouble>> {
  const named = await tools.vsctl('get', 'Bridge', bridge, 'protocols');
  if (!named.ok) return named;
  if (named.value.includes(NEEDED)) return success(false);
  // To name one alone would put an end to the others.
  const protocols = named.value.trim() === '[]' ? PROTOCOLS : [NEEDED];
  const added = await tools.vsctl('add', 'Bridge', bridge, 'protocols', ...protocols);
  return added.ok ? success(true) : failure(added.fault);
}
