import { type BitCondition, maskedValuesOf } from './classifier-bits.ts';
import { ANY_FRAGMENT, FRAGMENT, type Fragments } from './classifier-fragments.ts';
import {
  allValues,
  countValues,
  intersection,
  isWithin,
  listValues,
  type MaskedValue,
  prefixesOf,
  type Values,
  valuesIn,
} from './classifier-values.ts';

/** What a classifier says of the header that follows the one of IP; undefined: nothing. */
export interface HeaderConditions {
  /** Of at least one of the two. */
  readonly port: Values | undefined;
  readonly sourcePort: Values | undefined;
  readonly destinationPort: Values | undefined;
  readonly icmpType: Values | undefined;
  readonly icmpCode: Values | undefined;
  readonly tcpFlags: BitCondition | undefined;
}

/** Conditions of a flow on that header, with what becomes of fragments, which Open vSwitch shows as if it were zero. */
export interface HeaderMatch {
  readonly fields: readonly string[];
  /** The packets in which Open vSwitch finds fields like these, */
  readonly possible: Fragments;
  /** and those of them that do have such a header. */
  readonly meant: Fragments;
}

/** Matches that are only made when it is known that they are not too many. */
export interface HeaderMatches {
  readonly count: number;
  readonly list: () => readonly HeaderMatch[];
}

export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const SCTP = 132;

const PORT_BITS = 16;
const OCTET_BITS = 8;
export const TCP_FLAGS_BITS = 12;

/** Protocols whose packets have the fields: others never match (RFC 8955 §4.2.2.4: ports are those of TCP and UDP). */
export function headerProtocols(conditions: HeaderConditions): Values {
  const { icmpType, icmpCode, tcpFlags } = conditions;
  let protocols = allValues(OCTET_BITS);
  if (hasPorts(conditions)) protocols = intersection(protocols, valuesIn([TCP, UDP]));
  if (icmpType !== undefined || icmpCode !== undefined) protocols = intersection(protocols, valuesIn([ICMP]));
  if (tcpFlags !== undefined) protocols = intersection(protocols, valuesIn([TCP]));
  return protocols;
}

/** For packets of one of `headerProtocols`. */
export function headerMatches(conditions: HeaderConditions): HeaderMatches {
  const { icmpType, icmpCode, tcpFlags } = conditions;
  if (icmpType !== undefined || icmpCode !== undefined) {
    return numberMatches([{ left: octets('icmp_type', icmpType), right: octets('icmp_code', icmpCode) }]);
  }
  const flags = tcpFlags === undefined ? undefined : maskedValuesOf(tcpFlags, TCP_FLAGS_BITS);
  if (!hasPorts(conditions)) return flags === undefined ? ANY_HEADER : flagMatches(flags);
  const ports = numberMatches(portAreas(conditions));
  if (flags === undefined) return ports;
  return {
    count: ports.count * flags.length,
    list: () =>
      ports
        .list()
        .flatMap((match) =>
          flags.map((each) => ({ ...match, fields: [...match.fields, ...field('tcp_flags', each)] })),
        ),
  };
}

const ANY_HEADER: HeaderMatches = {
  count: 1,
  list: () => [{ fields: [], possible: ANY_FRAGMENT, meant: ANY_FRAGMENT }],
};

/** Ways in which two fields can be as they should, each way of the one with each of the other. */
interface Area {
  readonly left: readonly FieldValue[];
  readonly right: readonly FieldValue[];
}

/** Nothing if the field may be whatever it likes. */
interface FieldValue {
  readonly field: readonly string[];
  readonly mayBeZero: boolean;
}

function hasPorts({ port, sourcePort, destinationPort }: HeaderConditions): boolean {
  return port !== undefined || sourcePort !== undefined || destinationPort !== undefined;
}

/** Two areas where one of the two ports has to be of a set. */
function portAreas({ port, sourcePort, destinationPort }: HeaderConditions): readonly Area[] {
  const any = allValues(PORT_BITS);
  const [either, source, destination] = [port ?? any, sourcePort ?? any, destinationPort ?? any];
  const area = (sources: Values, destinations: Values): Area => ({
    left: portValues('tp_src', sources),
    right: portValues('tp_dst', destinations),
  });
  if (isWithin(source, either) || isWithin(destination, either)) return [area(source, destination)];
  return [area(intersection(source, either), destination), area(source, intersection(destination, either))];
}

function portValues(name: string, ports: Values): readonly FieldValue[] {
  return prefixesOf(ports, PORT_BITS).map((prefix) => ({
    field: prefix.mask === 2 ** PORT_BITS - 1 ? [`${name}=${prefix.value}`] : field(name, prefix),
    mayBeZero: prefix.value === 0,
  }));
}

/** Open vSwitch has no masks for them. */
function octets(name: string, values: Values | undefined): readonly FieldValue[] {
  if (values === undefined || countValues(values) === 2 ** OCTET_BITS)
    return [{ field: [], mayBeZero: true }];
  return listValues(values).map((value) => ({ field: [`${name}=${value}`], mayBeZero: value === 0 }));
}

/**
 * A fragment has no ports and no ICMP type that Open vSwitch would show, and it shows zeros instead: also of the first
 * fragment, in the mode in which a bridge is if nobody says otherwise.
 */
function numberMatches(areas: readonly Area[]): HeaderMatches {
  const [one, other] = areas;
  const shared = other === undefined ? 0 : inBoth(one!.left, other.left) * inBoth(one!.right, other.right);
  return {
    count: areas.reduce((sum, { left, right }) => sum + left.length * right.length, -shared),
    list: () => areas.flatMap(({ left, right }) => left.flatMap((a) => right.map((b) => numberMatch(a, b)))),
  };
}

function numberMatch(a: FieldValue, b: FieldValue): HeaderMatch {
  const fields = [...a.field, ...b.field];
  return a.mayBeZero && b.mayBeZero
    ? { fields, possible: ANY_FRAGMENT, meant: FRAGMENT.none }
    : { fields, possible: NOT_LATER, meant: NOT_LATER };
}

/** Flags are shown of the first fragment too. */
function flagMatches(flags: readonly MaskedValue[]): HeaderMatches {
  return {
    count: flags.length,
    list: () =>
      flags.map((each) => ({
        fields: field('tcp_flags', each),
        possible: each.value === 0 ? ANY_FRAGMENT : NOT_LATER,
        meant: NOT_LATER,
      })),
  };
}

const NOT_LATER: Fragments = FRAGMENT.none | FRAGMENT.first;

function inBoth(some: readonly FieldValue[], others: readonly FieldValue[]): number {
  const known = new Set(others.map((each) => each.field.join()));
  return some.filter((each) => known.has(each.field.join())).length;
}

function field(name: string, { value, mask }: MaskedValue): readonly string[] {
  return mask === 0 ? [] : [`${name}=0x${value.toString(16)}/0x${mask.toString(16)}`];
}
