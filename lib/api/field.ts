import { z } from 'zod';
import { parseIpPrefix, type IpPrefix } from '../net/ip-prefix.ts';
import { isInterfaceName } from '../net/interface-name.ts';
import { isOvsPortName } from '../net/ovs-port-name.ts';
import { isUnicast, parseMacAddress } from '../net/mac-address.ts';
import { parseRouteTarget, type RouteTarget } from '../net/route-target.ts';
import type { Description } from '../vpn/request.ts';
import { DIRECTIONS } from '../vpn/vpn-type.ts';

/**
 * A value in an error message: short, and as JSON writes it. Strings are bare where that can be read: not if they are
 * empty, have blanks at the ends, or characters that move the cursor.
 */
export function shown(value: unknown): string {
  const isReadable =
    typeof value === 'string' && value.trim() === value && /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+$/u.test(value);
  return isReadable ? shortened(value) : shownQuoted(value);
}

/** The same with quotes around every string, for where its type is what is wrong with it. */
export function shownQuoted(value: unknown): string {
  if (value === undefined) return 'undefined';
  // JSON has no infinite numbers, and numbers in a request may be too large for ours.
  return shortened(typeof value === 'number' ? String(value) : JSON.stringify(value));
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77).replace(/[\ud800-\udbff]$/, '')}...` : text;
}

/** A schema for text that `parse` turns into something; `expected` completes "<field> <value> is not valid: ...". */
function parsed<T>(what: string, expected: string, parse: (text: string) => T | undefined): z.ZodType<T> {
  return z.unknown().transform((value, context) => {
    const result = typeof value === 'string' ? parse(value) : undefined;
    if (result !== undefined) return result;
    context.addIssue({ code: 'custom', message: `${what} ${shown(value)} is not valid: ${expected}` });
    return z.NEVER;
  });
}

export const macAddress: z.ZodType<string> = parsed(
  'MAC address',
  'the address of one station is expected, six bytes in hexadecimal, like 52:54:00:01:02:03',
  (text) => {
    const mac = parseMacAddress(text);
    return mac !== undefined && isUnicast(mac) ? mac : undefined;
  },
);

export const ipv4Prefix: z.ZodType<IpPrefix> = parsed(
  'IP address',
  'an IPv4 address is expected, with or without a prefix length, like 10.0.0.1 or 10.0.0.1/24',
  (text) => (text.includes(':') ? undefined : parseIpPrefix(text)),
);

export const ipPrefix: z.ZodType<IpPrefix> = parsed(
  'IP address',
  'an IPv4 or IPv6 address is expected, with or without a prefix length, like 10.0.0.1 or 10.0.0.1/24',
  parseIpPrefix,
);

const target: z.ZodType<RouteTarget> = parsed(
  'route target',
  '<AS number>:<number> or <IPv4 address>:<number> is expected, like 64512:1',
  parseRouteTarget,
);

/** Eight bytes each, in a message of 4096 bytes with everything else. */
const MOST_TARGETS = 400;

/** A list of route targets, or one string of them; empty ones are ignored, repetitions dropped. */
export const routeTargets: z.ZodType<readonly RouteTarget[]> = z
  .union([z.string().transform((text) => text.split(/[,+ *]+/)), z.array(z.unknown())], {
    error: (issue) =>
      `a list of route targets is expected, like ["64512:1"], not ${shownQuoted(issue.input)}`,
  })
  .transform((texts) => texts.filter((text) => text !== ''))
  .pipe(z.array(target))
  .transform((targets) => [...new Set(targets)])
  .refine((targets) => targets.length <= MOST_TARGETS, {
    error: ({ input }) =>
      `at most ${MOST_TARGETS} route targets are possible, not ${(input as readonly RouteTarget[]).length}`,
  });

export function integer(least: number, most: number): z.ZodType<number> {
  const error = ({ input }: { input?: unknown }): string =>
    `an integer from ${least} to ${most} is expected, not ${shownQuoted(input)}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

export const uint32 = integer(0, 0xffffffff);

export const interfaceName: z.ZodType<string> = parsed(
  'interface',
  'a name of at most 15 characters is expected',
  (text) => (isInterfaceName(text) ? text : undefined),
);

export const ovsPortName: z.ZodType<string> = parsed(
  'port',
  'a name of at most 63 characters is expected',
  (text) => (isOvsPortName(text) ? text : undefined),
);

/** A schema for what `fits`; `expected` completes "<path>: ... is expected, not <value>". */
function expecting<T>(expected: string, fits: (value: unknown) => value is T): z.ZodType<T> {
  return z.custom<T>(fits, { error: ({ input }) => `${expected} is expected, not ${shownQuoted(input)}` });
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const text: z.ZodType<string> = expecting('text', isText);

export const object: z.ZodType<Readonly<Record<string, unknown>>> = expecting('an object', isObject);

export const endpointDescription: z.ZodType<Description> = expecting(
  'text or an object',
  (value): value is Description => isText(value) || isObject(value),
);

export const direction = z.enum(DIRECTIONS as ['both', 'to-port', 'from-port']);

/** The first thing that is wrong, after the path of the member it is in. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]!;
  const path = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return path === '' ? issue.message : `${path.replace(/^\./, '')}: ${issue.message}`;
}
