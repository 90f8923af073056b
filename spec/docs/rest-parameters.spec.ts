import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAttach, parseDetach } from '../../lib/api/attachment.ts';
import type { Result } from '../../lib/result.ts';
import { BAD_BODIES } from '../streams/http/bad-requests/bodies.ts';
import { CONFLICTS } from '../streams/http/bad-requests/conflicts.ts';
import { BAD_EVPN_PORTS } from '../streams/http/bad-requests/evpn-port.ts';
import { BAD_OVS_PORTS } from '../streams/http/bad-requests/ovs-port.ts';
import { BAD_PARAMETERS } from '../streams/http/bad-requests/parameters.ts';
import { BAD_ROUTE_TARGETS } from '../streams/http/bad-requests/route-targets.ts';
import { BAD_TRAFFIC } from '../streams/http/bad-requests/traffic.ts';
import { inProcessDaemon } from '../support/in-process-daemon.ts';
import { codeIn, tableBelow, type Row } from './markdown.ts';

/** The REST reference names the parameters that the API looks at, and the sentences with which it refuses them. */
const REFERENCE = readFileSync(join(import.meta.dirname, '../../docs/rest-api.md'), 'utf8');

type Body = Readonly<Record<string, unknown>>;
type Parse = (body: unknown) => Result<unknown, string>;

const COMMON: Body = {
  vpn_instance_id: 'v1',
  mac_address: '52:54:00:00:00:01',
  ip_address: '10.0.0.1',
  local_port: 'tap1',
  import_rt: ['64512:1'],
  export_rt: ['64512:1'],
  gateway_ip: '10.0.0.254',
};
const GOOD = [
  ['ipvpn', { ...COMMON, vpn_type: 'ipvpn' }],
  ['evpn', { ...COMMON, vpn_type: 'evpn' }],
] as const;

const READVERTISE: Body = { from_rt: ['64512:2'], to_rt: ['64512:3'] };
const CLASSIFIER: Body = { destinationPort: '80' };
const ATTRACT: Body = {
  redirect_rts: ['64512:4'],
  classifier: CLASSIFIER,
  to_rt: ['64512:3'],
  static_destination_prefixes: ['10.9.0.0/16'],
};

/** The names of the members that are looked at; others are accepted unseen. */
function membersRead(parse: Parse, body: Body, within: readonly string[] = []): ReadonlySet<string> {
  const seen = new Set<string>();
  const watched = watch(body, within, (name) => seen.add(name));
  const parsed = parse(watched);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.fault);
  return seen;
}

function watch(value: Body, [name, ...within]: readonly string[], see: (name: string) => void): Body {
  if (name !== undefined) return { ...value, [name]: watch(value[name] as Body, within, see) };
  const note = (key: string | symbol): void => {
    if (typeof key === 'string') see(key);
  };
  return new Proxy(value, {
    get: (target, key) => (note(key), Reflect.get(target, key) as unknown),
    has: (target, key) => (note(key), Reflect.has(target, key)),
  });
}

/** Names in the first column. */
function namesBelow(heading: string): readonly string[] {
  return tableBelow(REFERENCE, heading).map(([name]) => codeIn(name!)[0]!);
}

const OF_OBJECTS = new Set(['constructor', 'then', 'toJSON', 'length']);

function documentedAre(names: readonly string[], read: ReadonlySet<string>): void {
  assert.equal(names.toSorted(), [...read].filter((name) => !OF_OBJECTS.has(name)).sort());
}

test('parameters of an attach', () => {
  const read = GOOD.flatMap(([, body]) => [...membersRead(parseAttach, body)]);
  documentedAre(namesBelow('Parameters'), new Set(read));
});

test('parameters of a detach', () => {
  const read = GOOD.flatMap(([, body]) => [...membersRead(parseDetach, body)]);
  documentedAre(namesBelow('POST /detach_localport'), new Set(read));
});

for (const [heading, parse] of [
  ['Parameters', parseAttach],
  ['POST /detach_localport', parseDetach],
] as const) {
  test(`which are mandatory: ${heading}`, () => {
    for (const [name, ...marks] of tableBelow(REFERENCE, heading)) {
      for (const [index, [vpnType, body]] of GOOD.entries()) {
        const parameter = codeIn(name!)[0]!;
        const rest = Object.fromEntries(Object.entries(body).filter(([each]) => each !== parameter));
        assert.is(parse(rest).ok, marks[index] !== 'M', `${parameter}, ${vpnType}`);
      }
    }
  });
}

test('members of local_port', () => {
  const [, ipvpn] = GOOD[0];
  const joined = { evpn: { id: 'e1', ovs_port_name: 'p1' }, ovs: { plugged: true, port_name: 'p2' } };
  const parse = (local_port: unknown): Result<unknown, string> => parseAttach({ ...ipvpn, local_port });
  const read = [
    ...membersRead(parse, { linuxif: 'tap1' }),
    ...membersRead(parse, joined),
    ...Array.from(membersRead(parse, joined, ['evpn']), (name) => `evpn.${name}`),
    ...Array.from(membersRead(parse, joined, ['ovs']), (name) => `ovs.${name}`),
  ];
  documentedAre(namesBelow('local_port'), new Set(read));
});

test('members of fallback', () => {
  const [, ipvpn] = GOOD[0];
  const fallback: Parse = (value) => parseAttach({ ...ipvpn, fallback: value });
  documentedAre(namesBelow('fallback'), membersRead(fallback, {}));
});

test('members of readvertise and attract_traffic', () => {
  const [, ipvpn] = GOOD[0];
  const readvertise: Parse = (value) => parseAttach({ ...ipvpn, readvertise: value });
  const attract: Parse = (value) => parseAttach({ ...ipvpn, attract_traffic: value });
  documentedAre(namesBelow('readvertise'), membersRead(readvertise, READVERTISE));
  documentedAre(namesBelow('attract_traffic'), membersRead(attract, ATTRACT));
});

test('members of a classifier', () => {
  const [, ipvpn] = GOOD[0];
  const refused = parseAttach({ ...ipvpn, attract_traffic: { ...ATTRACT, classifier: { nosuch: 1 } } });
  const known = /there are (.*)$/.exec(refused.ok ? '' : refused.fault)![1]!.split(', ');
  assert.equal(namesBelow('classifier').toSorted(), known.toSorted());
});

/** Columns of the table of endpoints. */
const METHODS = [['GET'], ['POST'], ['PUT', 'DELETE']];

test('endpoints and methods', async () => {
  const { app } = inProcessDaemon();
  for (const [name, ...answers] of tableBelow(REFERENCE, 'Endpoints')) {
    const path = codeIn(name!)[0]?.replace('...', 'vpns') ?? '/nosuch';
    for (const [index, answer] of answers.entries()) {
      // Without a body an attach or a detach is refused.
      const status = /^(at|de)tach$/.test(answer) ? 400 : Number(/^\d+$/.exec(answer)?.[0] ?? 200);
      for (const method of METHODS[index]!) {
        assert.is((await app.request(path, { method })).status, status, `${method} ${path}`);
      }
    }
  }
});

const PREFIX = 'API error: ';
const REFUSALS = [
  ...[
    BAD_BODIES,
    BAD_PARAMETERS,
    BAD_ROUTE_TARGETS,
    BAD_TRAFFIC,
    BAD_EVPN_PORTS,
    BAD_OVS_PORTS,
    CONFLICTS,
  ].flat(),
].flatMap(({ description }) =>
  description?.startsWith(PREFIX) === true ? [description.slice(PREFIX.length)] : [],
);

test('every sentence with which a request is refused is listed', () => {
  const patterns = tableBelow(REFERENCE, 'Texts of 400').map(patternOf);
  assert.ok(REFUSALS.length > 100);
  const unlisted = REFUSALS.filter((text) => !patterns.some((pattern) => pattern.test(text)));
  assert.equal(unlisted, []);
});

/** What is said of instances that the bad requests do not meet. */
const NOT_TRIED = [/such ids are for instances/, /plugged into/, /ovs_port_name <value>/];

test('every sentence that is listed is one of them', () => {
  const unknown = tableBelow(REFERENCE, 'Texts of 400').filter((row) => {
    const isTried = NOT_TRIED.every((each) => !each.test(row[0]!));
    return isTried && !REFUSALS.some((text) => patternOf(row).test(text));
  });
  assert.equal(unknown, []);
});

/** The text of a row, with anything where it has words between angle brackets. */
function patternOf([text]: Row): RegExp {
  const parts = codeIn(text!)[0]!.split(/<[\w ]+>/);
  return new RegExp(
    `^${parts.map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*')}$`,
    's',
  );
}

test.run();
