import type { Fact } from './fact.ts';
import { REMOTE_AS } from './side.ts';
import type { Step } from './step.ts';

/**
 * What the two daemons are known to differ in, as far as it shows here: each a sentence of `docs/differences.md`, and
 * a proof (`proofs.ts`) that it is so.
 */
export const DIFFERENCES = {
  malformed:
    'A value that is malformed is answered with 400 and a sentence that names the field, what was given and what was ' +
    'expected, where the Python daemon answered 500.',
  refused:
    'An attachment that is refused, or that the dataplane cannot carry out, leaves nothing behind: no instance, label, ' +
    'subscription or route.',
  'detach-unknown': 'Detaching an endpoint that is not plugged is 400 for both VPN types',
  'target-forms': 'Route targets may have all three forms: `64512:1`, `65537:1` (4-octet AS), `192.0.2.1:1`.',
  ipv6: 'IPv6 addresses are refused for `ipvpn`, for they cannot be announced as VPNv4; E-VPN takes them.',
  'group-mac':
    'MAC addresses of groups, more than 400 route targets, and names that no interface can have are refused.',
  'export-targets':
    'A change of export route targets announces the routes again with the new ones, the multicast route too.',
  'label-or-next-hop': 'A route that differs in label or next hop alone takes the place of the former.',
  'one-rtc-route':
    'One RT Constraint route is kept for as long as any instance of either type imports the target.',
  'hash-order':
    '`lb_consistent_hash_order` is announced, in the one extended communities attribute that there is.',
  'port-range':
    'A port range of a classifier holds both its ends, also where it begins at 0 or ends at 65535.',
  'gives-way':
    'A route that is passed on (`readvertise`) and gives way to one that must not be passed on is withdrawn.',
  'decided-apart':
    'What is passed on (`readvertise`) is decided among the routes that may be passed on, and what the dataplane uses ' +
    'among those that are imported: a better route of the one kind does not hide one of the other.',
  'counted-once':
    'Import targets that `readvertise` takes routes from, too, count once: taking one out of the imports ends neither ' +
    'the re-advertisement nor its RT Constraint route.',
  'flow-passed-on':
    'FlowSpec routes that are passed on do not keep endpoints from being attached and detached.',
  'redirect-instances':
    'Instances that FlowSpec routes redirect to (`redirect-to-ipvpn-...`) go with the last such route.',
  released: 'Labels and route distinguishers are released with what they were given to.',
} as const;

export type DifferenceName = keyof typeof DIFFERENCES;

export interface Explained {
  readonly ours: readonly Fact[];
  readonly original: readonly Fact[];
  readonly used: readonly DifferenceName[];
}

/**
 * What our facts would be if ours had those defects of the original that a sequence cannot keep clear of, and its
 * facts without what those defects have left behind.
 */
export function explain(ours: readonly Fact[], original: readonly Fact[], history: History): Explained {
  const used: DifferenceName[] = [];
  const theirs = new Map(original.map((fact) => [routeKey(fact), fact]));
  const defective = ours.map((fact) => {
    const silent = withoutHashOrder(fact);
    if (silent !== undefined) used.push('hash-order');
    const stale = withFormerWay(silent ?? fact, theirs, history);
    if (stale !== undefined) used.push('label-or-next-hop');
    return stale ?? silent ?? fact;
  });
  const cleared = withoutRedirectInstances(ours, original);
  if (cleared.length < original.length) used.push('redirect-instances');
  return { ours: defective, original: cleared, used };
}

const REDIRECT_INSTANCE = /^redirect-to-ipvpn-(\d+)_(\d+)(?= |$)/;

/** The original keeps instances to which nothing is redirected any more, and what they import. */
function withoutRedirectInstances(ours: readonly Fact[], original: readonly Fact[]): readonly Fact[] {
  const isInstance = ({ kind, subject }: Fact): boolean =>
    kind === 'instance' && REDIRECT_INSTANCE.test(subject);
  const needed = new Set(ours.filter(isInstance).map(({ subject }) => subject));
  const left = original.filter(isInstance).filter(({ subject }) => !needed.has(subject));
  const asked = new Set(ours.map(({ kind, subject }) => `${kind} ${subject}`));
  const unasked = left
    .map(({ subject }) => `rtc ${subject.replace(REDIRECT_INSTANCE, '$1:$2')}`)
    .filter((subject) => !asked.has(`wire ${subject}`));
  return original.filter(({ kind, subject }) => {
    if (kind === 'wire') return !unasked.includes(subject);
    const instance = REDIRECT_INSTANCE.exec(subject)?.[0];
    return instance === undefined || needed.has(instance);
  });
}

/** The original loses the hash order of routes to endpoints, but not that of routes which it makes of others. */
function withoutHashOrder(fact: Fact): Fact | undefined {
  const { 'hash-order': order, records, source, ...rest } = fact.members;
  const own = fact.kind === 'wire' || (source !== undefined && !source.startsWith('BGP-'));
  const drawsTraffic = fact.subject.endsWith(' 0.0.0.0/0');
  if (order === undefined || records !== undefined || drawsTraffic || !own) return undefined;
  return { ...fact, members: { ...rest, ...(source !== undefined && { source }) } };
}

/** The original keeps label and next hop of a route if nothing else changes. */
function withFormerWay(fact: Fact, theirs: ReadonlyMap<string, Fact>, history: History): Fact | undefined {
  if (fact.kind !== 'received') return undefined;
  const former = theirs.get(routeKey(fact));
  if (former === undefined || way(former) === way(fact) || !history.hadWay(former)) return undefined;
  const { label, 'next-hop': nextHop } = former.members;
  return { ...fact, members: { ...fact.members, label: label!, 'next-hop': nextHop! } };
}

function routeKey({ kind, subject, members }: Fact): string {
  return `${kind} ${subject} ${members['rd'] ?? ''}`;
}

function way({ members }: Fact): string {
  return `${members['label']!} ${members['next-hop']!}`;
}

/** The ways, label and next hop, that routes from elsewhere have ever had. */
export class History {
  private readonly ways = new Set<string>();

  record(step: Step): void {
    if (step.kind !== 'announce') return;
    const { route } = step;
    if (route.family !== 'vpnv4' && route.family !== 'mac-ip') return;
    this.ways.add(`${REMOTE_AS}:${route.rd} ${route.label} ${route.nextHop}`);
  }

  hadWay(fact: Fact): boolean {
    return this.ways.has(`${fact.members['rd']!} ${way(fact)}`);
  }
}
