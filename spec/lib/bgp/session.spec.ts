import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EVPN, RTC, SESSION_FAMILIES, VPNV4 } from '../../../lib/bgp/family.ts';
import { messageFault } from '../../../lib/bgp/fault.ts';
import { decodeNotification, describeNotification } from '../../../lib/bgp/notification.ts';
import { decodeOpen, type Open } from '../../../lib/bgp/open.ts';
import {
  INITIAL_SESSION,
  stepSession,
  type SessionInput,
  type SessionOutput,
  type SessionSettings,
  type SessionState,
} from '../../../lib/bgp/session.ts';

const settings: SessionSettings = { as: 64512, identifier: '192.0.2.1', families: SESSION_FAMILIES };

const multiprotocol = SESSION_FAMILIES.map(({ afi, safi }) => ({
  kind: 'multiprotocol' as const,
  afi,
  safi,
}));
const reflectorOpen: Open = {
  version: 4,
  as: 64512,
  holdTime: 90,
  identifier: '192.0.2.101',
  capabilities: [...multiprotocol, { kind: 'route-refresh' }, { kind: 'four-octet-as', as: 64512 }],
};
const plainOpen: Open = { ...reflectorOpen, capabilities: multiprotocol };

const start: SessionInput = { type: 'start' };
const connected: SessionInput = { type: 'connected' };
const keepalive: SessionInput = { type: 'keepalive' };
const open: SessionInput = { type: 'open', open: reflectorOpen };
const lost: SessionInput = { type: 'disconnected', reason: 'connection closed by the peer' };

function run(inputs: readonly SessionInput[], from: SessionState = INITIAL_SESSION) {
  let state = from;
  const outputs: SessionOutput[] = [];
  for (const input of inputs) {
    const step = stepSession(settings, state, input);
    state = step.state;
    outputs.push(...step.outputs);
  }
  return { state, outputs };
}

/** An output in a few words; logs are left out. */
function words(outputs: readonly SessionOutput[]): readonly string[] {
  return outputs.flatMap((output) => {
    switch (output.type) {
      case 'send':
        return [`send ${describeMessage(output.message)}`];
      case 'start-timer':
        return [`${output.timer} in ${output.seconds} s`];
      case 'stop-timer':
      case 'log':
        return [];
      default:
        return [output.type];
    }
  });
}

function describeMessage(message: Buffer): string {
  const kind = ['', 'OPEN', 'UPDATE', 'NOTIFICATION', 'KEEPALIVE'][message[18]!]!;
  if (kind !== 'NOTIFICATION') return kind;
  return `${kind} ${describeNotification(decodeNotification(message, 19, message.length))}`;
}

const established = run([start, connected, open, keepalive]).state;

test('a reflector speaks first', () => {
  const { state, outputs } = run([start, connected, open, keepalive]);
  assert.is(state.phase, 'Established');
  assert.equal(words(outputs), [
    'connect',
    'delay-open in 1 s',
    'send OPEN',
    'send KEEPALIVE',
    'hold in 90 s',
    'keepalive in 30 s',
    'hold in 90 s',
    'established',
  ]);
});

test('a silent peer gets our OPEN first', () => {
  const { state, outputs } = run([start, connected, { type: 'timer', timer: 'delay-open' }]);
  assert.is(state.phase, 'OpenSent');
  assert.equal(words(outputs).slice(2), ['send OPEN', 'hold in 240 s']);
  assert.is(run([open, keepalive], state).state.phase, 'Established');
});

function offered(inputs: readonly SessionInput[]): readonly string[] {
  const sent = run(inputs).outputs.find((output) => output.type === 'send' && output.message[18] === 1);
  assert.ok(sent?.type === 'send');
  const decoded = decodeOpen(sent.message, 19, sent.message.length);
  assert.ok(decoded.ok);
  return decoded.value.capabilities.map(({ kind }) => kind).filter((kind) => kind !== 'multiprotocol');
}

test('optional capabilities are offered to who knows them, not to who has not spoken', () => {
  assert.equal(offered([start, connected, open]), ['route-refresh', 'four-octet-as']);
  assert.equal(offered([start, connected, { type: 'open', open: plainOpen }]), []);
  assert.equal(offered([start, connected, { type: 'timer', timer: 'delay-open' }]), []);
  const silent: SessionInput = { type: 'timer', timer: 'delay-open' };
  assert.is(run([start, connected, silent, open]).state.negotiated!.fourOctetAs, false);
});

test('what is negotiated is what both have', () => {
  const partial: Open = {
    ...plainOpen,
    holdTime: 240,
    capabilities: [
      ...[VPNV4, RTC].map(({ afi, safi }) => ({ kind: 'multiprotocol' as const, afi, safi })),
      { kind: 'multiprotocol', afi: 1, safi: 1 },
      { kind: 'graceful-restart', restartState: false, notification: false, restartTime: 120, families: [] },
    ],
  };
  const negotiated = run([start, connected, { type: 'open', open: partial }]).state.negotiated!;
  assert.equal(negotiated.families, [VPNV4, RTC]);
  assert.not(negotiated.families.includes(EVPN));
  assert.is(negotiated.holdTime, 180);
  assert.is(negotiated.fourOctetAs, false);
  assert.is(negotiated.endOfRib, true);
  assert.is(negotiated.peerOffersRtc, true);
  assert.is(run([start, connected, open]).state.negotiated!.fourOctetAs, true);
});

test('a hold time of 0 means no timers', () => {
  const { outputs } = run([
    start,
    connected,
    { type: 'open', open: { ...plainOpen, holdTime: 0 } },
    keepalive,
  ]);
  assert.equal(words(outputs).slice(2), ['send OPEN', 'send KEEPALIVE', 'established']);
});

const refusals: [string, Open, string][] = [
  ['another AS', { ...plainOpen, as: 64513 }, 'OPEN Message Error/Bad Peer AS'],
  ['our own identifier', { ...plainOpen, identifier: '192.0.2.1' }, 'OPEN Message Error/Bad BGP Identifier'],
];
for (const [name, refused, notification] of refusals) {
  test(`an OPEN with ${name} is refused`, () => {
    const { state, outputs } = run([start, connected, { type: 'open', open: refused }]);
    assert.is(state.phase, 'Active');
    assert.equal(words(outputs).slice(2), [
      `send NOTIFICATION ${notification}`,
      'disconnect',
      'connect-retry in 1 s',
    ]);
  });
}

test('attempts come at doubling intervals up to half a minute, and start over after a session that lasted', () => {
  const retry: SessionInput = { type: 'timer', timer: 'connect-retry' };
  const intervals = words(run([start, ...Array.from({ length: 7 }, () => [lost, retry]).flat()]).outputs);
  assert.equal(
    intervals.filter((text) => text.startsWith('connect-retry')),
    [1, 2, 4, 8, 16, 30, 30].map((seconds) => `connect-retry in ${seconds} s`),
  );
  const upAtLast = [start, lost, retry, lost, retry, connected, open, keepalive];
  assert.is(words(run([...upAtLast, lost]).outputs).at(-1), 'connect-retry in 4 s');
  assert.is(words(run([...upAtLast, keepalive, lost]).outputs).at(-1), 'connect-retry in 1 s');
});

test('UPDATEs and KEEPALIVEs both keep the session', () => {
  assert.equal(words(run([{ type: 'update' }, keepalive], established).outputs), [
    'hold in 90 s',
    'hold in 90 s',
  ]);
});

const endings: [string, SessionInput, readonly string[]][] = [
  [
    'the hold timer',
    { type: 'timer', timer: 'hold' },
    ['send NOTIFICATION Hold Timer Expired', 'disconnect', 'down'],
  ],
  ['the connection', lost, ['disconnect', 'down']],
  ['a NOTIFICATION', { type: 'notification', reason: 'Cease' }, ['disconnect', 'down']],
  [
    'a malformed message',
    { type: 'fault', fault: messageFault(3, 1, 'malformed') },
    ['send NOTIFICATION UPDATE Message Error/Malformed Attribute List', 'disconnect', 'down'],
  ],
];
for (const [name, input, expected] of endings) {
  test(`a session ended by ${name} is tried again`, () => {
    const { state, outputs } = run([input], established);
    assert.is(state.phase, 'Idle');
    assert.equal(words(outputs), [...expected, 'connect-retry in 1 s']);
  });
}

test('a second OPEN in an established session is passed over, and said to be', () => {
  const { state, outputs } = run([open], established);
  assert.is(state, established);
  assert.equal(outputs, [
    { type: 'log', level: 'warning', message: 'OPEN in an established session, ignored' },
  ]);
});

test('a stop says Cease and is the end', () => {
  const { state, outputs } = run([{ type: 'stop' }], established);
  assert.equal(words(outputs), ['send NOTIFICATION Cease/Administrative Shutdown', 'disconnect', 'down']);
  assert.equal(state, INITIAL_SESSION);
});

const anyInput: fc.Arbitrary<SessionInput> = fc.constantFrom<SessionInput>(
  start,
  { type: 'stop' },
  connected,
  lost,
  open,
  { type: 'open', open: { ...plainOpen, as: 1 } },
  keepalive,
  { type: 'update' },
  { type: 'notification', reason: 'Cease' },
  { type: 'fault', fault: messageFault(1, 1, 'bad marker') },
  { type: 'timer', timer: 'connect-retry' },
  { type: 'timer', timer: 'delay-open' },
  { type: 'timer', timer: 'hold' },
  { type: 'timer', timer: 'keepalive' },
);

test('property: any sequence of inputs is a valid one', () => {
  fc.assert(
    fc.property(fc.array(anyInput, { maxLength: 50 }), (inputs) => {
      let state = INITIAL_SESSION;
      let connections = 0;
      let up = false;
      for (const input of inputs) {
        const step = stepSession(settings, state, input);
        for (const output of step.outputs) {
          if (output.type === 'connect') assert.is(++connections, 1, 'one connection at a time');
          if (output.type === 'disconnect') connections = 0;
          if (output.type === 'established') {
            assert.not.ok(up);
            up = true;
          }
          if (output.type === 'down') {
            assert.ok(up, 'down only what was up');
            up = false;
          }
          if (output.type === 'send') assert.is(connections, 1, 'sends on a connection');
        }
        state = step.state;
        assert.is(up, state.phase === 'Established');
      }
    }),
    { numRuns: 1000 },
  );
});

test.run();
