import { z } from 'zod';
import { parseIpPrefix } from '../net/ip-prefix.ts';
import { failure, success, type Result } from '../result.ts';
import type { AttractTraffic, Readvertise } from '../vpn/request.ts';
import { firstIssue, routeTargets } from './field.ts';

/** `null`, `{}` and absence all mean "none". */
function isNothing(value: unknown): boolean {
  return (
    value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
  );
}

const targetList = z
  .unknown()
  .refine((value) => Array.isArray(value), { error: 'a list of route targets is expected', abort: true })
  .transform((value): unknown => value)
  .pipe(routeTargets);

const readvertiseSchema = z.object({ from_rt: targetList, to_rt: targetList });

/** The `readvertise` parameter of an attach. */
export function parseReadvertise(value: unknown): Result<Readvertise | undefined, string> {
  if (isNothing(value)) return success(undefined);
  const parsed = readvertiseSchema.safeParse(value);
  if (!parsed.success) return failure(`readvertise.${firstIssue(parsed.error)}`);
  return success({ from: parsed.data.from_rt, to: parsed.data.to_rt });
}

const attractTrafficSchema = z.object({
  redirect_rts: targetList,
  classifier: z.record(z.string(), z.unknown()),
  to_rt: targetList.optional(),
  static_destination_prefixes: z
    .array(z.string().refine((text) => parseIpPrefix(text) !== undefined, 'a prefix is expected'))
    .nullish(),
});

/** The `attract_traffic` parameter of an attach, checked against its `readvertise`. */
export function parseAttractTraffic(
  value: unknown,
  readvertise: Readvertise | undefined,
): Result<AttractTraffic | undefined, string> {
  if (isNothing(value)) return success(undefined);
  const given = value as Readonly<Record<string, unknown>>;
  if (isNothing(given['classifier'])) return failure("'attract_traffic' specified with no 'classifier'");
  const parsed = attractTrafficSchema.safeParse(value);
  if (!parsed.success) return failure(`attract_traffic.${firstIssue(parsed.error)}`);
  const { redirect_rts, classifier, to_rt, static_destination_prefixes } = parsed.data;
  const to = to_rt ?? [];
  for (const targets of [readvertise?.to, to_rt]) {
    if (targets !== undefined && targets.length !== 1) {
      return failure(
        "attract_traffic requires exactly one RT to be provided in 'readvertise/to_rt' and 'attract_traffic/to_rt'",
      );
    }
  }
  if (readvertise !== undefined && to_rt !== undefined && readvertise.to[0] !== to[0]) {
    return failure("if both are set, then 'attract_traffic/to_rt' and 'readvertise/to_rt' have to be equal");
  }
  if (to_rt !== undefined && isNothing(static_destination_prefixes)) {
    return failure("'attract_traffic/to_rt' specified without 'static_destination_prefixes'");
  }
  return success({
    redirectTargets: redirect_rts,
    classifier,
    to,
    staticDestinationPrefixes: static_destination_prefixes ?? undefined,
  });
}
