import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  foreignComponents,
  parseComponentLevel,
  thresholdOf,
  type ComponentLevel,
} from '../../lib/log-level.ts';

const PARSED: readonly [text: string, expected: ComponentLevel | undefined][] = [
  ['bgp=DEBUG', { component: 'bgp', level: 'DEBUG' }],
  ['bgp.peer.192.0.2.1 = warn', { component: 'bgp.peer.192.0.2.1', level: 'WARNING' }],
  ['vpn.evi=Warning', { component: 'vpn.evi', level: 'WARNING' }],
  ['api=ERROR', { component: 'api', level: 'ERROR' }],
  ['api=critical', { component: 'api', level: 'CRITICAL' }],
  ['a.b.C_d=FATAL', { component: 'a.b.C_d', level: 'CRITICAL' }],
  ['taskflow=TRACE', { component: 'taskflow', level: 'DEBUG' }],
  ['', undefined],
  ['bgp', undefined],
  ['bgp=', undefined],
  ['=DEBUG', undefined],
  ['bgp=LOUD', undefined],
  ['bgp=toString', undefined],
  ['bgp=DEBUG=INFO', undefined],
  ['bgp peer=DEBUG', undefined],
];

for (const [text, expected] of PARSED) {
  test(`the level "${text}"`, () => assert.equal(parseComponentLevel(text), expected));
}

const LEVELS: readonly ComponentLevel[] = [
  { component: 'vpn.evi', level: 'WARNING' },
  { component: 'vpn', level: 'ERROR' },
  { component: 'bgp.peer.127.0.0.1', level: 'DEBUG' },
  { component: 'bgp', level: 'INFO' },
  { component: 'api', level: 'DEBUG' },
  { component: 'api', level: 'CRITICAL' },
];

const THRESHOLDS: readonly [component: string, expected: string][] = [
  ['daemon', 'INFO'],
  ['vpn', 'ERROR'],
  ['vpn.vrf.1', 'ERROR'],
  ['vpn.evi.1', 'WARNING'],
  ['vpn.evil', 'ERROR'],
  ['vpns', 'INFO'],
  ['bgp.peer.127.0.0.1', 'DEBUG'],
  ['bgp.peer.127.0.0.11', 'INFO'],
  ['api', 'CRITICAL'],
];

for (const [component, expected] of THRESHOLDS) {
  test(`what ${component} writes`, () => assert.is(thresholdOf(component, LEVELS, 'INFO'), expected));
}

test('names that are not of ours', () => {
  const named = ['bgp', 'bgp.peer', 'bgpd', 'amqp', 'networking_bagpipe.bagpipe_bgp.engine', 'vpn.vrf.1'];
  const levels = named.map((component): ComponentLevel => ({ component, level: 'INFO' }));
  assert.equal(foreignComponents(levels), ['bgpd', 'amqp', 'networking_bagpipe.bagpipe_bgp.engine']);
});

test.run();
