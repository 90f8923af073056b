import { compareFlowRules } from '../../bgp/nlri/flow-order.ts';
import { failure, success } from '../../result.ts';
import { intoVrf, resubmit } from './actions.ts';
import { inVrf, PRIORITY } from './pipeline.ts';
import { flow, type Rows, type Workshop } from './unit.ts';
import type { Classifier, Vrf } from './vrf.ts';

/** Rules that a VRF can have, of which each needs a priority. */
const MOST_RULES = PRIORITY.highest - PRIORITY.belowClassifiers;

/**
 * Packets that a rule means are looked up in another VRF: the rule that comes first in the order of RFC 8955 §5.1 wins.
 * Rules whose VRF is not there wait for it.
 *
 * @param instanceOf - the number of the VRF of an external id
 */
export function redirectRows(
  vrf: Vrf,
  instanceOf: (externalId: string) => number | undefined,
  { tables }: Workshop,
): Rows {
  const rules: { readonly classifier: Classifier; readonly other: number }[] = [];
  for (const classifier of vrf.classifiers.values()) {
    const other = instanceOf(classifier.redirectTo);
    // Into the VRF itself: that would go round and round.
    if (other !== undefined && other !== vrf.instance) rules.push({ classifier, other });
  }
  if (rules.length > MOST_RULES) return failure(`more than ${MOST_RULES} traffic classifiers`);
  rules.sort((a, b) => compareFlowRules(a.classifier.components, b.classifier.components));
  const rows = rules.flatMap(({ classifier, other }, index) =>
    classifier.matches.map((match) =>
      flow(vrf, {
        table: tables.vrf,
        priority: PRIORITY.belowClassifiers + rules.length - index,
        match: within(vrf.instance, match),
        actions: [intoVrf(other), resubmit(tables.vrf)],
      }),
    ),
  );
  return success(rows);
}

/** The VRF is said behind the protocol, where Open vSwitch puts it. */
function within(instance: number, match: string): readonly string[] {
  const [protocol = 'ip', ...conditions] = match.split(',');
  return [protocol, inVrf(instance), ...conditions];
}
