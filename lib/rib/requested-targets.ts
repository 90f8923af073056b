import { decodeRtc } from '../bgp/nlri/rtc.ts';
import type { RouteTarget } from '../net/route-target.ts';
import type { TargetSet } from './route-index.ts';
import type { Publication } from './route.ts';

/**
 * The route targets that a peer asks for with its RT Constraint routes (RFC 4684 §5). The default route asks for all;
 * so does, to us, a prefix shorter than a whole target: to send more than was asked is harmless, less is not.
 */
export class RequestedTargets {
  readonly #byKey = new Map<string, RouteTarget | 'all'>();

  /** Takes note of an RTC route that the peer announced or withdrew. */
  update(publication: Publication): void {
    if (publication.attributes === undefined) {
      this.#byKey.delete(publication.key);
      return;
    }
    const membership = decodeRtc(publication);
    this.#byKey.set(publication.key, typeof membership === 'string' ? 'all' : membership.target);
  }

  /** What was asked for, one by one: all may be among it, and others beside. */
  each(): ReadonlySet<RouteTarget | 'all'> {
    return new Set(this.#byKey.values());
  }

  current(): TargetSet {
    const targets = new Set<RouteTarget>();
    for (const target of this.#byKey.values()) {
      if (target === 'all') return 'all';
      targets.add(target);
    }
    return targets;
  }
}
