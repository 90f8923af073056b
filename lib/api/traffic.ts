import { z } from 'zod';
import { parseIpPrefix, type IpPrefix } from '../net/ip-prefix.ts';
import { failure, success, type Result } from '../result.ts';
import type { AttractTraffic, Readvertise } from '../vpn/request.ts';
import { parseClassifier } from './classifier.ts';
import { firstIssue, routeTargets, shown } from './field.ts';

/** `null`, `{}` and absence all mean "none". */
function isNothing(value: unknown): boolean {
  return (
    value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
  );
}

const targetList = z
  .unknown()
  .refine((value) => Array.isArray(value), {
    error: (issue) => `a list of route targets is expected, like ["64512:1"], not ${shown(issue.input)}`,
    abort: true,
  })
  .transform((value): unknown => value)
  .pipe(routeTargets);

const readvertiseSchema = z.object(
  { from_rt: targetList, to_rt: targetList },
  { error: (issue) => `an object with from_rt and to_rt is expected, not ${shown(issue.input)}` },
);

/** The `readvertise` parameter of an attach. */
export function parseReadvertise(value: unknown): Result<Readvertise | undefined, string> {
  if (isNothing(value)) return success(undefined);
  const parsed = readvertiseSchema.safeParse(value);
  if (!parsed.success) return failure(within('readvertise', parsed.error));
  return success({ from: parsed.data.from_rt, to: parsed.data.to_rt });
}

const prefixError = 'a list of IPv4 prefixes is expected, like ["10.0.0.0/24"]';

const ipv4PrefixText = z.unknown().transform((value, context): IpPrefix => {
  const prefix = typeof value === 'string' && !value.includes(':') ? parseIpPrefix(value) : undefined;
  if (prefix !== undefined) return prefix;
  context.addIssue({ code: 'custom', message: `an IPv4 prefix is expected, not ${shown(value)}` });
  return z.NEVER;
});

const attractTrafficSchema = z.object(
  {
    redirect_rts: targetList,
    classifier: z.unknown().optional(),
    to_rt: targetList.nullish(),
    static_destination_prefixes: z
      .array(ipv4PrefixText, { error: ({ input }) => `${prefixError}, not ${shown(input)}` })
      .nullish(),
  },
  {
    error: (issue) => `an object with redirect_rts and classifier is expected, not ${shown(issue.input)}`,
  },
);

/**
 * The `attract_traffic` parameter of an attach, checked against its `readvertise`: without that, and without a `to_rt`
 * of its own, there is nothing to attract, and it counts as absent.
 */
export function parseAttractTraffic(
  value: unknown,
  readvertise: Readvertise | undefined,
): Result<AttractTraffic | undefined, string> {
  if (isNothing(value)) return success(undefined);
  const parsed = attractTrafficSchema.safeParse(value);
  if (!parsed.success) return failure(within('attract_traffic', parsed.error));
  const { redirect_rts, classifier, static_destination_prefixes } = parsed.data;
  // No target at all is the same as no list of them.
  const to = parsed.data.to_rt?.length === 0 ? undefined : (parsed.data.to_rt ?? undefined);
  if (readvertise === undefined && to === undefined) return success(undefined);
  if (classifier === undefined) return failure("'attract_traffic' specified with no 'classifier'");
  const parsedClassifier = parseClassifier(classifier);
  if (!parsedClassifier.ok) return failure(`attract_traffic.classifier${parsedClassifier.fault}`);
  for (const targets of [readvertise?.to, to]) {
    if (targets !== undefined && targets.length !== 1) {
      return failure(
        "attract_traffic requires exactly one RT to be provided in 'readvertise/to_rt' and 'attract_traffic/to_rt'",
      );
    }
  }
  if (readvertise !== undefined && to !== undefined && readvertise.to[0] !== to[0]) {
    return failure("if both are set, then 'attract_traffic/to_rt' and 'readvertise/to_rt' have to be equal");
  }
  if (to !== undefined && static_destination_prefixes === undefined) {
    return failure("'attract_traffic/to_rt' specified without 'static_destination_prefixes'");
  }
  return success({
    redirectTargets: redirect_rts,
    classifier: parsedClassifier.value,
    classifierText: classifier as Readonly<Record<string, unknown>>,
    to: (readvertise?.to ?? to)![0]!,
    // Without a target of its own, prefixes that no route has said are not attracted.
    staticDestinationPrefixes: to === undefined ? undefined : (static_destination_prefixes ?? undefined),
  });
}

function within(parameter: string, error: z.ZodError): string {
  const text = firstIssue(error);
  return error.issues[0]!.path.length === 0 ? `${parameter}: ${text}` : `${parameter}.${text}`;
}
