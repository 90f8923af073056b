import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAttractTraffic, parseReadvertise } from '../../../lib/api/traffic.ts';
import type { AttractTraffic, Readvertise } from '../../../lib/vpn/request.ts';
import { rt1, rt2, rt3 } from '../../fixtures/routes.ts';

const readvertises: [name: string, value: unknown, means: Readvertise | undefined][] = [
  ['absent', undefined, undefined],
  ['null', null, undefined],
  ['{}', {}, undefined],
  ['[]', [], undefined],
  ['both lists', { from_rt: [rt1, rt1, rt2], to_rt: [rt3] }, { from: [rt1, rt2], to: [rt3] }],
  ['empty lists', { from_rt: [], to_rt: [] }, { from: [], to: [] }],
  ['more than is known', { from_rt: [rt1], to_rt: [rt2], colour: 'blue' }, { from: [rt1], to: [rt2] }],
];
for (const [name, value, means] of readvertises) {
  test(`readvertise: ${name}`, () => assert.equal(parseReadvertise(value), { ok: true, value: means }));
}

const wrongReadvertises: [name: string, value: unknown, fault: RegExp][] = [
  ['text', 'no', /^readvertise: an object with from_rt and to_rt is expected, not no$/],
  ['a number', 1, /^readvertise: an object/],
  ['a list', [1], /^readvertise[.:]/],
  [
    'no from_rt',
    { to_rt: [rt1] },
    /^readvertise\.from_rt: a list of route targets is expected, .* not undefined$/,
  ],
  ['no to_rt', { from_rt: [rt1] }, /^readvertise\.to_rt: a list/],
  [
    'text in place of a list',
    { from_rt: '64512:1', to_rt: [rt1] },
    /^readvertise\.from_rt: a list .* not 64512:1$/,
  ],
  ['null in place of a list', { from_rt: null, to_rt: [rt1] }, /^readvertise\.from_rt: a list .* not null$/],
  [
    'a target that is none',
    { from_rt: [rt1, 'x'], to_rt: [rt1] },
    /^readvertise\.from_rt\[1\]: route target x is not valid/,
  ],
];
for (const [name, value, fault] of wrongReadvertises) {
  test(`readvertise refused: ${name}`, () => {
    const parsed = parseReadvertise(value);
    assert.ok(!parsed.ok);
    assert.match(parsed.fault, fault);
  });
}

const readvertise: Readvertise = { from: [rt1], to: [rt2] };
const classifier = { destinationPort: '80' };
const attract = { redirect_rts: [rt3], classifier };
const parsedAttract: AttractTraffic = {
  redirectTargets: [rt3],
  classifier: {
    sourcePrefix: undefined,
    sourcePorts: undefined,
    destinationPorts: { first: 80, last: 80 },
    protocol: 6,
  },
  classifierText: classifier,
  to: rt2,
  staticDestinationPrefixes: undefined,
};
const statics = ['10.0.0.0/8', '20.0.0.1'];
const parsedStatics = [
  { address: '10.0.0.0', length: 8 },
  { address: '20.0.0.1', length: 32 },
];

const attractions: [
  name: string,
  value: unknown,
  beside: Readvertise | undefined,
  means: AttractTraffic | undefined,
][] = [
  ['absent', undefined, readvertise, undefined],
  ['null', null, readvertise, undefined],
  ['{}', {}, readvertise, undefined],
  ['beside readvertise', attract, readvertise, parsedAttract],
  ['alone, without target: there is nothing to attract', attract, undefined, undefined],
  ['alone, without target or classifier', { redirect_rts: [] }, undefined, undefined],
  ['alone, with no target in the list', { ...attract, to_rt: [] }, undefined, undefined],
  ['alone, with a target of null', { ...attract, to_rt: null }, undefined, undefined],
  [
    'alone, with a target',
    { ...attract, to_rt: [rt1], static_destination_prefixes: statics },
    undefined,
    { ...parsedAttract, to: rt1, staticDestinationPrefixes: parsedStatics },
  ],
  [
    'with the same target as readvertise',
    { ...attract, to_rt: [rt2], static_destination_prefixes: statics },
    readvertise,
    { ...parsedAttract, staticDestinationPrefixes: parsedStatics },
  ],
  [
    'with a target, and prefixes of null',
    { ...attract, to_rt: [rt2], static_destination_prefixes: null },
    readvertise,
    parsedAttract,
  ],
  [
    'with prefixes but no target: they are ignored',
    { ...attract, static_destination_prefixes: statics },
    readvertise,
    parsedAttract,
  ],
  ['an empty list of targets beside readvertise', { ...attract, to_rt: [] }, readvertise, parsedAttract],
  ['a target of null beside readvertise', { ...attract, to_rt: null }, readvertise, parsedAttract],
  [
    'several redirect targets',
    { ...attract, redirect_rts: [rt3, rt1] },
    readvertise,
    { ...parsedAttract, redirectTargets: [rt3, rt1] },
  ],
];
for (const [name, value, beside, means] of attractions) {
  test(`attract_traffic: ${name}`, () => {
    assert.equal(parseAttractTraffic(value, beside), { ok: true, value: means });
  });
}

const one =
  /^attract_traffic requires exactly one RT to be provided in 'readvertise\/to_rt' and 'attract_traffic\/to_rt'$/;
const wrongAttractions: [name: string, value: unknown, beside: Readvertise | undefined, fault: RegExp][] = [
  [
    'text',
    'no',
    readvertise,
    /^attract_traffic: an object with redirect_rts and classifier is expected, not no$/,
  ],
  ['no redirect targets', { classifier }, readvertise, /^attract_traffic\.redirect_rts: a list/],
  [
    'no classifier',
    { redirect_rts: [rt3] },
    readvertise,
    /^'attract_traffic' specified with no 'classifier'$/,
  ],
  [
    'a classifier of null',
    { ...attract, classifier: null },
    readvertise,
    /^attract_traffic\.classifier: an object/,
  ],
  [
    'a wrong classifier',
    { ...attract, classifier: { protocol: 'x' } },
    readvertise,
    /^attract_traffic\.classifier\.protocol: /,
  ],
  ['two targets to pass on to', attract, { from: [rt1], to: [rt2, rt3] }, one],
  ['none to pass on to', attract, { from: [rt1], to: [] }, one],
  [
    'two targets of its own',
    { ...attract, to_rt: [rt1, rt2], static_destination_prefixes: [] },
    undefined,
    one,
  ],
  [
    'another target than readvertise',
    { ...attract, to_rt: [rt3], static_destination_prefixes: [] },
    readvertise,
    /^if both are set, then 'attract_traffic\/to_rt' and 'readvertise\/to_rt' have to be equal$/,
  ],
  [
    'a target without prefixes',
    { ...attract, to_rt: [rt2] },
    readvertise,
    /^'attract_traffic\/to_rt' specified without 'static_destination_prefixes'$/,
  ],
  ['a target that is text', { ...attract, to_rt: '64512:1' }, undefined, /^attract_traffic\.to_rt: a list/],
  [
    'prefixes that are text',
    { ...attract, to_rt: [rt2], static_destination_prefixes: '10.0.0.0/8' },
    readvertise,
    /^attract_traffic\.static_destination_prefixes: a list of IPv4 prefixes is expected, .* not 10\.0\.0\.0\/8$/,
  ],
  [
    'an IPv6 prefix',
    { ...attract, to_rt: [rt2], static_destination_prefixes: ['10.0.0.0/8', '::/0'] },
    readvertise,
    /^attract_traffic\.static_destination_prefixes\[1\]: an IPv4 prefix is expected, not ::\/0$/,
  ],
  [
    'a prefix that is null',
    { ...attract, to_rt: [rt2], static_destination_prefixes: [null] },
    readvertise,
    /^attract_traffic\.static_destination_prefixes\[0\]: an IPv4 prefix is expected, not null$/,
  ],
];
for (const [name, value, beside, fault] of wrongAttractions) {
  test(`attract_traffic refused: ${name}`, () => {
    const parsed = parseAttractTraffic(value, beside);
    assert.ok(!parsed.ok);
    assert.match(parsed.fault, fault);
  });
}

test.run();
