import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatPath, isQuestion, pathOf, readSighting, type Sighting } from './path.ts';

const ECHO =
  'x1 In ifindex 3 00:00:5e:00:43:64 ethertype IPv4 (0x0800), length 104: (tos 0x0, ttl 63, id 19871, offset 0, flags ' +
  '[DF], proto ICMP (1), length 84) 11.0.0.1 > 12.0.0.1: ICMP echo request, id 77, seq 1, length 64';
const OPENING =
  'h0 Out ifindex 2 02:00:00:00:00:01 ethertype IPv4 (0x0800), length 80: (tos 0x0, ttl 62, id 65211, offset 0, flags ' +
  '[DF], proto TCP (6), length 60) 11.0.0.1.55196 > 12.0.0.1.80: Flags [S], cksum 0xfe30 (correct), seq 1, length 0';
const DATAGRAM =
  'eth0 In ifindex 2 02:00:00:00:00:01 ethertype IPv4 (0x0800), length 54: (tos 0x0, ttl 61, id 5, offset 0, flags [DF], ' +
  'proto UDP (17), length 34) 11.0.0.1.4000 > 12.0.0.1.9: [udp sum ok] UDP, length 6';

test('a ping and its answer', () => {
  const seen = { machine: 'svm1', interface: 'x1', direction: 'in', ttl: 63, flow: 77 };
  assert.equal(readSighting('svm1', ECHO, undefined), { ...seen, way: 'there' });
  assert.equal(readSighting('svm1', ECHO.replace('request', 'reply'), undefined), { ...seen, way: 'back' });
  assert.is(readSighting('svm1', ECHO, 80), undefined);
});

test('what opens a TCP session, and its answer', () => {
  const seen = { machine: 'svm1', interface: 'h0', direction: 'out', ttl: 62, flow: 55196 };
  assert.equal(readSighting('svm1', OPENING, 80), { ...seen, way: 'there' });
  const answer = OPENING.replace('.55196 > 12.0.0.1.80: Flags [S]', '.80 > 12.0.0.1.55196: Flags [S.]');
  assert.equal(readSighting('svm1', answer, 80), { ...seen, way: 'back' });
  assert.is(readSighting('svm1', OPENING.replace('[S]', '[P.]'), 80), undefined);
  assert.is(readSighting('svm1', OPENING, 81), undefined);
});

test('a datagram', () => {
  assert.equal(readSighting('vm', DATAGRAM, 9), {
    ...{ machine: 'vm', interface: 'eth0', direction: 'in', ttl: 61, way: 'there', flow: 4000 },
  });
});

test('a question for a MAC address that a machine asks', () => {
  const asked =
    'eth0 Out ifindex 2 02:00:00:00:00:01 ethertype ARP (0x0806), length 48: Ethernet (len 6), IPv4 (len 4), Request ' +
    'who-has 11.0.0.254 tell 11.0.0.1, length 28';
  assert.ok(isQuestion(asked));
  assert.not(isQuestion(asked.replace(' Out ', ' B ')));
  assert.not(isQuestion(asked.replace('Request who-has 11.0.0.254 tell', 'Reply 11.0.0.254 is-at')));
  assert.not(isQuestion(ECHO));
  assert.is(readSighting('vm', asked, undefined), undefined);
});

test('a path is ordered by the TTL, whatever was heard of first', () => {
  const sightings = [at('svm2', 'x2', 'out', 59), at('svm1', 'h0', 'out', 62), at('svm2', 'h0', 'in', 60)];
  const path = pathOf([...sightings, at('svm1', 'x1', 'in', 63)]);
  assert.is(formatPath(path), 'svm1 (x1 → h0), svm2 (h0 → x2)');
});

test('where no node decrements it, a packet leaves before it comes in', () => {
  const sightings = [at('svm2', 'h0', 'in', 63), at('svm1', 'h0', 'out', 63), at('svm1', 'x1', 'in', 64)];
  assert.is(formatPath(pathOf(sightings)), 'svm1 (x1 → h0), svm2 (h0)');
});

test('a packet that is sent twice crosses once; one that turns round is seen to', () => {
  const sightings = [at('svm1', 'x1', 'in', 63), at('svm1', 'x1', 'in', 63), at('svm1', 'h0', 'out', 62)];
  assert.is(formatPath(pathOf(sightings)), 'svm1 (x1 → h0)');
  assert.is(formatPath(pathOf([...sightings, at('svm1', 'x1', 'out', 60)])), 'svm1 (x1 → h0 → x1)');
  assert.is(formatPath(pathOf([])), 'no service');
});

function at(machine: string, name: string, direction: 'in' | 'out', ttl: number): Sighting {
  return { machine, interface: name, direction, ttl, way: 'there', flow: 1 };
}

test.run();
