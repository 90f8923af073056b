import { compareFlowRules } from '../../bgp/nlri/flow-order.ts';
import { failure, success } from '../../result.ts';
import { PREFERENCE, tableOf } from './names.ts';
import type { Ports } from './ports.ts';
import type { KernelRows } from './row.ts';
import { ruleRow } from './rule-row.ts';
import type { Classifier, Vrf } from './vrf.ts';

/** Each selector needs a preference. */
const MOST_SELECTORS = PREFERENCE.lastClassifier - PREFERENCE.firstClassifier + 1;

/**
 * Packets from ports of the VRF that a rule means are looked up in the table of another VRF: the rule that comes first in
 * the order of RFC 8955 §5.1 wins. Rules whose VRF is not there wait for it. Fails for a VRF without endpoints, which
 * gets packets by redirection alone: the kernel asks its rules once for a packet.
 *
 * @param instanceOf - the number of the VRF of an external id
 */
export function redirectRows(
  vrf: Vrf,
  ports: Ports,
  instanceOf: (externalId: string) => number | undefined,
): KernelRows {
  const rules: { readonly classifier: Classifier; readonly other: number }[] = [];
  for (const classifier of vrf.classifiers.values()) {
    const other = instanceOf(classifier.redirectTo);
    // Into the VRF itself: there the packet is anyway.
    if (other !== undefined && other !== vrf.instance) rules.push({ classifier, other });
  }
  rules.sort((a, b) => compareFlowRules(a.classifier.components, b.classifier.components));
  const actions = rules.flatMap(({ classifier, other }) =>
    classifier.selectors.map((selector) => ({ selector, action: `lookup ${tableOf(other)}` })),
  );
  if (actions.length > MOST_SELECTORS) {
    return failure(
      `traffic classifiers: ${actions.length} policy rules, and at most ${MOST_SELECTORS} are made`,
    );
  }
  if (actions.length === 0) return success([]);
  if (vrf.endpoints.size === 0) {
    return failure(
      'traffic classifiers: packets that were redirected into a VRF cannot be redirected again from there',
    );
  }
  const gateway = vrf.state?.gatewayIp;
  return success(
    ports.ofHome(vrf).flatMap(({ name }) => {
      const rows = actions.map(({ selector, action }, index) =>
        ruleRow('rule', PREFERENCE.firstClassifier + index, `iif ${name} ${selector}`.trimEnd(), action),
      );
      if (gateway === undefined) return rows;
      // ARP requests are looked up by their addresses, too: the gateway answers them from this VRF.
      const own = `lookup ${tableOf(vrf.instance)}`;
      return [ruleRow('rule', PREFERENCE.gateway, `iif ${name} to ${gateway}/32`, own), ...rows];
    }),
  );
}
