import { z } from 'zod';
import { isInterfaceName } from '../lib/net/interface-name.ts';
import { isHostAddress, isIpv4, parseIpAddress } from '../lib/net/ip-address.ts';

/**
 * How the text of an option becomes a value. The parsers take text whose surrounding blanks are gone, and accept the
 * spellings that oslo.config accepts, so that a configuration written for the original is read the same way.
 */
export interface ValueType<T> {
  readonly parser: z.ZodType<T, string>;
  /** What a right value is, to end the sentence "expected ...". */
  readonly expected: string;
  /** Numbers and the like have no empty form: `port =` then means that the option is not set. */
  readonly emptyMeansUnset: boolean;
}

/** Anything but NUL, which no program and no file name can be given. */
export const text: ValueType<string> = {
  parser: z.string().regex(/^[^\0]*$/),
  expected: 'text',
  emptyMeansUnset: false,
};

/** Text that can be absent: `log_file =` is the same as no log file. */
export const optionalText: ValueType<string> = { ...text, emptyMeansUnset: true };

export const boolean: ValueType<boolean> = {
  parser: z.stringbool({ truthy: ['true', 'yes', 'on', '1'], falsy: ['false', 'no', 'off', '0'] }),
  expected: 'true, yes, on, 1, false, no, off or 0',
  emptyMeansUnset: false,
};

export function integer(lowest: number, highest: number, noun = 'an integer'): ValueType<number> {
  return {
    parser: z
      .string()
      .regex(/^[+-]?\d+(_\d+)*$/)
      .transform((digits) => Number(digits.replaceAll('_', '')))
      .pipe(z.number().min(lowest).max(highest)),
    expected: `${noun} from ${lowest} to ${highest}`,
    emptyMeansUnset: true,
  };
}

const LARGEST_UINT64 = 2n ** 64n - 1n;

/** A number where that is exact, else its decimal digits as text. */
export const uint64: ValueType<number | string> = {
  parser: z
    .string()
    .regex(/^\+?\d+(_\d+)*$/)
    .transform((digits) => BigInt(digits.replaceAll(/[+_]/g, '')))
    .pipe(z.bigint().max(LARGEST_UINT64))
    .transform((value) => (value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value))),
  expected: `an integer from 0 to ${LARGEST_UINT64}`,
  emptyMeansUnset: true,
};

export const port = integer(1, 65535, 'a port number');

export function choice<const T extends string>(...values: readonly T[]): ValueType<T> {
  return { parser: z.enum(values), expected: `one of ${values.join(', ')}`, emptyMeansUnset: false };
}

/** Commas separate the elements; blanks around them, line breaks and empty elements do not count. */
export function elementsOf(line: string): readonly string[] {
  return line
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export function listOf<T>(element: ValueType<T>): ValueType<readonly T[]> {
  return {
    parser: z.string().transform(elementsOf).pipe(z.array(element.parser)),
    expected: `${element.expected}, or several, separated by commas`,
    emptyMeansUnset: false,
  };
}

/** RFC 1123 §2.1: letters, digits and dashes between dots. A last label of digits only is a mistyped address. */
function isHostName(name: string): boolean {
  const labels = name.replace(/\.$/, '').split('.');
  return (
    name.length <= 254 &&
    labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label)) &&
    !/^\d+$/.test(labels.at(-1)!)
  );
}

export const host: ValueType<string> = {
  parser: z.string().refine((name) => parseIpAddress(name) !== undefined || isHostName(name)),
  expected: 'an IP address or a host name',
  emptyMeansUnset: false,
};

export const ipv4Host: ValueType<string> = {
  parser: z.string().refine((name) => isIpv4(name) || isHostName(name)),
  expected: 'an IPv4 address or a host name',
  emptyMeansUnset: false,
};

/**
 * An IPv4 address, or the interface that has it. What looks like an address and is none (`10.0.0.300`) is refused
 * here, and not looked up as an interface, because that is what the user meant.
 */
export const ipv4OrInterface: ValueType<string> = {
  parser: z
    .string()
    .refine((name) =>
      isIpv4(name) ? isHostAddress(name) : isInterfaceName(name) && !/^\d+(\.\d+)+$/.test(name),
    ),
  expected: 'the IPv4 address of a host or the name of a network interface',
  emptyMeansUnset: true,
};

/** The name of an interface or a bridge that need not be there yet. */
export const interfaceName: ValueType<string> = {
  parser: z.string().refine(isInterfaceName),
  expected: 'the name of an interface, at most 15 characters',
  emptyMeansUnset: true,
};

/** Where MPLS packets leave: an interface, or tunnels in place of one. */
export const mplsInterface: ValueType<string> = {
  parser: z.string().refine((name) => name === '*gre*' || name === '*udp*' || isInterfaceName(name)),
  expected: 'the name of an interface, *gre* or *udp*',
  emptyMeansUnset: true,
};

/** `key=value`, as in the options of an OVS tunnel port. */
export const assignment: ValueType<string> = {
  parser: z.string().regex(/^[^=\s]+=\S*$/),
  expected: 'key=value',
  emptyMeansUnset: false,
};
