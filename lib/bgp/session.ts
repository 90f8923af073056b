import type { Capability } from './capability.ts';
import { RTC, type Family } from './family.ts';
import { messageFault, type MessageFault } from './fault.ts';
import { KEEPALIVE } from './message.ts';
import { CEASE, encodeNotification, FINITE_STATE_MACHINE_ERROR, HOLD_TIMER_EXPIRED } from './notification.ts';
import { encodeOpen, peerAs, type Open } from './open.ts';

/** What we say of ourselves to one peer. */
export interface SessionSettings {
  /** iBGP only: the AS of the peer must be the same. */
  readonly as: number;
  /** IPv4 address text. */
  readonly identifier: string;
  readonly families: readonly Family[];
}

/** What two OPENs agree on. */
export interface Negotiated {
  readonly peerAs: number;
  readonly peerIdentifier: string;
  /** Seconds; 0: neither keepalives nor a hold timer. */
  readonly holdTime: number;
  readonly families: readonly Family[];
  readonly fourOctetAs: boolean;
  /** Whether the peer offers RT Constraint, which it may while we do not. */
  readonly peerOffersRtc: boolean;
  /** The peer waits for End-of-RIB markers (RFC 4724 §3). */
  readonly endOfRib: boolean;
}

/** As the looking glass shows it. */
export type SessionPhase = 'Idle' | 'Connect' | 'Active' | 'OpenSent' | 'OpenConfirm' | 'Established';

export type SessionTimer = 'connect-retry' | 'delay-open' | 'hold' | 'keepalive';

export interface SessionState {
  readonly phase: SessionPhase;
  /** The OPEN has been sent. */
  readonly opened: boolean;
  /** Attempts since a session has lasted. */
  readonly attempts: number;
  readonly negotiated: Negotiated | undefined;
}

export type SessionInput =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  | { readonly type: 'connected' }
  /** The connection could not be made, or was lost. */
  | { readonly type: 'disconnected'; readonly reason: string }
  | { readonly type: 'open'; readonly open: Open }
  /** One or more KEEPALIVEs or UPDATEs have arrived. */
  | { readonly type: 'keepalive' }
  | { readonly type: 'update' }
  | { readonly type: 'notification'; readonly reason: string }
  /** Something that has been received cannot be accepted (RFC 4271 §6). */
  | { readonly type: 'fault'; readonly fault: MessageFault }
  | { readonly type: 'timer'; readonly timer: SessionTimer };

export type SessionOutput =
  | { readonly type: 'connect' }
  | { readonly type: 'disconnect' }
  | { readonly type: 'send'; readonly message: Buffer }
  /** Starts the timer, or starts it anew. */
  | { readonly type: 'start-timer'; readonly timer: SessionTimer; readonly seconds: number }
  | { readonly type: 'stop-timer'; readonly timer: SessionTimer }
  | { readonly type: 'established'; readonly negotiated: Negotiated }
  /** An established session has ended: the routes of the peer are gone. */
  | { readonly type: 'down' }
  | { readonly type: 'log'; readonly level: 'info' | 'warning'; readonly message: string };

export interface SessionStep {
  readonly state: SessionState;
  readonly outputs: readonly SessionOutput[];
}

export const INITIAL_SESSION: SessionState = {
  phase: 'Idle',
  opened: false,
  attempts: 0,
  negotiated: undefined,
};

/** Seconds that we offer; as the original. */
export const OFFERED_HOLD_TIME = 180;
/** RFC 4271 §8.2.2: "a large value", until the peer's OPEN has come. */
const OPEN_HOLD_TIME = 240;
/** How long the peer may speak first (DelayOpenTime, RFC 4271 §8.1.1). */
const DELAY_OPEN_TIME = 1;
/** Seconds between attempts: doubled from the first to the longest. */
const FIRST_RETRY = 1;
const LONGEST_RETRY = 30;
const TIMERS: readonly SessionTimer[] = ['connect-retry', 'delay-open', 'hold', 'keepalive'];

/**
 * The session with one peer to which we connect (RFC 4271 §8), without I/O and without a clock: timers are outputs
 * and inputs, and any sequence of inputs is a valid one.
 *
 *     Idle ─start─► Connect ─connected─► (delay-open) ─► OpenSent ─OPEN─► OpenConfirm ─KEEPALIVE─► Established
 *                      ▲                      └────────OPEN────────────────────▲                       │
 *                      └──connect-retry── Active, Idle ◄──────────── whatever goes wrong ◄─────────────┘
 *
 * With DelayOpen a route reflector speaks first, as it does anyway, and our OPEN offers it the optional capabilities
 * that it knows and no others: what old speakers refuse is not sent to them, nor to those that do not speak.
 */
export function stepSession(
  settings: SessionSettings,
  state: SessionState,
  input: SessionInput,
): SessionStep {
  switch (input.type) {
    case 'start':
      return state.phase === 'Idle' ? connect(state) : same(state);
    case 'stop':
      return stop(state);
    case 'connected':
      return state.phase === 'Connect' ? step(state, startTimer('delay-open', DELAY_OPEN_TIME)) : same(state);
    case 'disconnected':
      return isWaiting(state) ? same(state) : retry(state, input.reason, []);
    case 'open':
      return receiveOpen(settings, state, input.open);
    case 'keepalive':
      return receiveKeepalive(state);
    case 'update':
      return receiveUpdate(state);
    case 'notification':
      return isWaiting(state) ? same(state) : retry(state, `NOTIFICATION received: ${input.reason}`, []);
    case 'fault':
      return isWaiting(state) ? same(state) : refuse(state, input.fault);
    case 'timer':
      return expire(settings, state, input.timer);
  }
}

/** Seconds from one KEEPALIVE to the next (RFC 4271 §4.4): a third of the hold time. */
export function keepaliveInterval(holdTime: number): number {
  return Math.floor(holdTime / 3);
}

function connect(state: SessionState): SessionStep {
  return step({ ...state, phase: 'Connect', opened: false, negotiated: undefined }, { type: 'connect' });
}

function receiveOpen(settings: SessionSettings, state: SessionState, open: Open): SessionStep {
  // RFC 4271 §8.2.2 counts it as no error then, and the Python daemon passes over it.
  if (state.phase === 'Established') {
    return step(state, { type: 'log', level: 'warning', message: 'OPEN in an established session, ignored' });
  }
  if (state.phase !== 'Connect' && state.phase !== 'OpenSent') return unexpected(state, 'OPEN');
  const fault = checkOpen(settings, open);
  if (fault !== undefined) return refuse(state, fault);
  const offered = offeredCapabilities(settings, open.capabilities);
  const negotiated = negotiate(settings, open, !state.opened && offered.fourOctetAs);
  const outputs: SessionOutput[] = [{ type: 'stop-timer', timer: 'delay-open' }];
  if (!state.opened) outputs.push(sendOpen(settings, offered.capabilities));
  outputs.push({ type: 'send', message: KEEPALIVE }, ...holdTimers(negotiated));
  return { state: { ...state, phase: 'OpenConfirm', opened: true, negotiated }, outputs };
}

function receiveKeepalive(state: SessionState): SessionStep {
  // A session counts as a good one when it has lasted until a KEEPALIVE: before, the next attempt is not hurried.
  if (state.phase === 'Established') return step({ ...state, attempts: 0 }, ...restartHold(state));
  if (state.phase !== 'OpenConfirm') return unexpected(state, 'KEEPALIVE');
  const negotiated = state.negotiated!;
  return step(
    { ...state, phase: 'Established' },
    ...restartHold(state),
    { type: 'log', level: 'info', message: `session established, ${describe(negotiated)}` },
    { type: 'established', negotiated },
  );
}

function receiveUpdate(state: SessionState): SessionStep {
  return state.phase === 'Established' ? step(state, ...restartHold(state)) : unexpected(state, 'UPDATE');
}

function expire(settings: SessionSettings, state: SessionState, timer: SessionTimer): SessionStep {
  switch (timer) {
    case 'connect-retry':
      return isWaiting(state) ? connect(state) : same(state);
    case 'delay-open': {
      if (state.phase !== 'Connect') return same(state);
      const { capabilities } = offeredCapabilities(settings, []);
      return step(
        { ...state, phase: 'OpenSent', opened: true },
        sendOpen(settings, capabilities),
        startTimer('hold', OPEN_HOLD_TIME),
      );
    }
    case 'hold':
      if (isWaiting(state)) return same(state);
      return refuse(state, messageFault(HOLD_TIMER_EXPIRED, 0, 'hold timer expired'));
    case 'keepalive': {
      const interval = keepaliveInterval(state.negotiated?.holdTime ?? 0);
      if (interval === 0) return same(state);
      return step(state, { type: 'send', message: KEEPALIVE }, startTimer('keepalive', interval));
    }
  }
}

/** Ends the session for good, telling the peer why (RFC 4486). */
function stop(state: SessionState): SessionStep {
  const outputs: SessionOutput[] = [];
  if (state.opened) {
    outputs.push({ type: 'send', message: encodeNotification(CEASE.code, CEASE.administrativeShutdown) });
  }
  if (!isWaiting(state)) outputs.push({ type: 'disconnect' });
  if (state.phase === 'Established') outputs.push({ type: 'down' });
  return { state: INITIAL_SESSION, outputs: [...TIMERS.map(stopTimer), ...outputs] };
}

/** Tells the peer what it did wrong, and starts over. */
function refuse(state: SessionState, { code, subcode, reason, data }: MessageFault): SessionStep {
  return retry(state, reason, [{ type: 'send', message: encodeNotification(code, subcode, data) }]);
}

function unexpected(state: SessionState, what: string): SessionStep {
  if (isWaiting(state)) return same(state);
  const subcode = { Connect: 0, OpenSent: 1, OpenConfirm: 2, Established: 3 }[state.phase as 'Connect'];
  return refuse(state, messageFault(FINITE_STATE_MACHINE_ERROR, subcode, `${what} in state ${state.phase}`));
}

function retry(state: SessionState, reason: string, first: readonly SessionOutput[]): SessionStep {
  const wasUp = state.phase === 'Established';
  const seconds = Math.min(FIRST_RETRY * 2 ** state.attempts, LONGEST_RETRY);
  const message = `${reason}; next attempt in ${seconds} s`;
  return {
    state: { ...INITIAL_SESSION, phase: wasUp ? 'Idle' : 'Active', attempts: state.attempts + 1 },
    outputs: [
      ...TIMERS.map(stopTimer),
      ...first,
      { type: 'disconnect' },
      ...(wasUp ? [{ type: 'down' as const }] : []),
      // A peer that is simply not there yet is no reason for alarm at every attempt.
      { type: 'log', level: wasUp || state.attempts === 0 ? 'warning' : 'info', message },
      startTimer('connect-retry', seconds),
    ],
  };
}

function isWaiting({ phase }: SessionState): boolean {
  return phase === 'Idle' || phase === 'Active';
}

function checkOpen(settings: SessionSettings, open: Open): MessageFault | undefined {
  const as = peerAs(open);
  if (as !== settings.as) {
    return messageFault(2, 2, `the peer is in AS ${as}, expected ${settings.as}: only iBGP is possible`);
  }
  if (open.identifier === settings.identifier) {
    return messageFault(2, 3, `the peer has our own BGP identifier ${open.identifier}`);
  }
  return undefined;
}

/** `peer` is what the peer offers; nothing when it has not spoken. */
function offeredCapabilities(
  { as, families }: SessionSettings,
  peer: readonly Capability[],
): { readonly capabilities: readonly Capability[]; readonly fourOctetAs: boolean } {
  const knows = (kind: Capability['kind']): boolean => peer.some((each) => each.kind === kind);
  const capabilities: Capability[] = families.map(({ afi, safi }) => ({ kind: 'multiprotocol', afi, safi }));
  if (knows('route-refresh')) capabilities.push({ kind: 'route-refresh' });
  const fourOctetAs = knows('four-octet-as');
  if (fourOctetAs) capabilities.push({ kind: 'four-octet-as', as });
  return { capabilities, fourOctetAs };
}

function negotiate(settings: SessionSettings, open: Open, weOfferFourOctetAs: boolean): Negotiated {
  const { capabilities } = open;
  const offers = ({ afi, safi }: Family): boolean =>
    capabilities.some((each) => each.kind === 'multiprotocol' && each.afi === afi && each.safi === safi);
  return {
    peerAs: peerAs(open),
    peerIdentifier: open.identifier,
    holdTime: Math.min(OFFERED_HOLD_TIME, open.holdTime),
    families: settings.families.filter(offers),
    peerOffersRtc: offers(RTC),
    fourOctetAs: weOfferFourOctetAs && capabilities.some(({ kind }) => kind === 'four-octet-as'),
    endOfRib: capabilities.some(({ kind }) => kind === 'graceful-restart'),
  };
}

function sendOpen({ as, identifier }: SessionSettings, capabilities: readonly Capability[]): SessionOutput {
  return { type: 'send', message: encodeOpen({ as, holdTime: OFFERED_HOLD_TIME, identifier, capabilities }) };
}

function holdTimers({ holdTime }: Negotiated): readonly SessionOutput[] {
  if (holdTime === 0) return [stopTimer('hold')];
  return [startTimer('hold', holdTime), startTimer('keepalive', keepaliveInterval(holdTime))];
}

function restartHold(state: SessionState): readonly SessionOutput[] {
  const holdTime = state.negotiated!.holdTime;
  return holdTime === 0 ? [] : [startTimer('hold', holdTime)];
}

function describe({ holdTime, families }: Negotiated): string {
  const names = families.map(({ name }) => name).join(', ') || 'none in common';
  return `hold time ${holdTime} s, families: ${names}`;
}

function startTimer(timer: SessionTimer, seconds: number): SessionOutput {
  return { type: 'start-timer', timer, seconds };
}

function stopTimer(timer: SessionTimer): SessionOutput {
  return { type: 'stop-timer', timer };
}

function step(state: SessionState, ...outputs: SessionOutput[]): SessionStep {
  return { state, outputs };
}

function same(state: SessionState): SessionStep {
  return { state, outputs: [] };
}
