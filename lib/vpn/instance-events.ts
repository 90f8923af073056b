import type { Family } from '../bgp/family.ts';
import type { Confirmation, Intent } from '../dataplane/intent.ts';
import type { RouteTarget } from '../net/route-target.ts';
import type { Result } from '../result.ts';
import type { BestPathChange } from '../rib/best-path.ts';
import type { Publication } from '../rib/route.ts';
import type { GatewayPort } from './gateway-port.ts';
import type { AttachRequest, DetachRequest } from './request.ts';
import type { VpnFault } from './vpn-fault.ts';

/** What happens to an instance. */
export type InstanceInput =
  | { readonly type: 'attach'; readonly request: AttachRequest }
  | { readonly type: 'detach'; readonly request: DetachRequest }
  /** An instance without endpoints of its own, to which others redirect. */
  | { readonly type: 'open'; readonly importTargets: ReadonlySet<RouteTarget> }
  /** An EVI gets, or (undefined) loses, the port to its gateway. */
  | { readonly type: 'gateway'; readonly gateway: GatewayPort | undefined }
  /** Of the routes that it imports, */
  | { readonly type: 'best-paths'; readonly changes: readonly BestPathChange[] }
  /** and of those that it may pass on. */
  | { readonly type: 'readvertised-paths'; readonly changes: readonly BestPathChange[] }
  | { readonly type: 'confirmations'; readonly confirmations: readonly Confirmation[] }
  | { readonly type: 'stop' };

/** What follows from it. */
export type InstanceOutput =
  /** The dataplane should hold something else. */
  | { readonly type: 'intents'; readonly intents: readonly Intent[] }
  | { readonly type: 'publish'; readonly publications: readonly Publication[] }
  /** Other routes are wanted from now on. */
  | { readonly type: 'subscribe'; readonly subscriptions: InstanceSubscriptions }
  /** Packets are redirected to the instances that import these targets. */
  | { readonly type: 'redirect'; readonly targets: ReadonlySet<RouteTarget> }
  /** The attach, detach or change of the gateway in hand is done, or refused. */
  | { readonly type: 'answer'; readonly result: Result<undefined, VpnFault> }
  | { readonly type: 'warning'; readonly message: string }
  /** Nothing is left: the instance can be forgotten. */
  | { readonly type: 'ended' };

/** The targets of the routes that are wanted, by family. */
export type Subscriptions = ReadonlyMap<Family, ReadonlySet<RouteTarget>>;

/** What an instance wants to import, and what it may pass on. */
export interface InstanceSubscriptions {
  readonly imported: Subscriptions;
  readonly readvertised: Subscriptions;
}
