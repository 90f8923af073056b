import { decodeFlowspec, formatFlowspecComponents } from '../bgp/nlri/flowspec-vpnv4.ts';
import type { TrafficClassifierState } from '../dataplane/intent.ts';
import type { RouteTarget } from '../net/route-target.ts';
import type { Route } from '../rib/route.ts';
import type { ImportContext } from './instance-kind.ts';

const PREFIX = 'redirect-to-ipvpn-';

/**
 * The id of the instance that imports `target`, to which packets are redirected. The orchestrator knows it by this
 * name, too.
 */
export function redirectInstanceId(target: RouteTarget): string {
  return `${PREFIX}${target.replace(':', '_')}`;
}

/** Whether an id is one of those that redirection uses. */
export function isRedirectInstanceId(externalId: string): boolean {
  return externalId.startsWith(PREFIX);
}

/**
 * What the dataplane must do for FlowSpec routes with the same rules: look the packets up in the VRF that imports the
 * redirect target (RFC 8955 §7.4). Other actions, and none, are told to the log.
 */
export function redirectionStates(
  { setup, warn }: ImportContext,
  routes: readonly Route[],
): readonly TrafficClassifierState[] {
  const targets = routes.flatMap((route) => {
    const redirections = redirectionsOf(route);
    if (redirections.length === 1) return redirections;
    warn(
      `FlowSpec routes of ${route.source.name} ignored: ${redirections.length} redirections where one is expected`,
    );
    return [];
  });
  // Routes that contradict each other: one of them, always the same.
  const [target] = targets.sort();
  if (target === undefined) return [];
  const { components } = decodeFlowspec(routes[0]!);
  const name = formatFlowspecComponents(components);
  return [
    {
      kind: 'traffic-classifier',
      instance: setup.number,
      name,
      components,
      redirectTarget: target,
      redirectTo: redirectInstanceId(target),
    },
  ];
}

function redirectionsOf({ attributes }: Route): readonly RouteTarget[] {
  return (attributes.extendedCommunities ?? []).flatMap((community) =>
    community.kind === 'redirect-to-vrf' ? [community.target] : [],
  );
}
