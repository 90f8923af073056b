import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startFakeReflector, type FakeReflector } from '../../streams/fake-reflector.ts';
import { eventually } from '../support/eventually.ts';

let said: string[] = [];
let reflector: FakeReflector;

test.before.each(async () => {
  said = [];
  const started = await startFakeReflector({ host: '127.0.0.1', port: 0, say: (line) => said.push(line) });
  if (!started.ok) throw new Error(started.fault);
  reflector = started.value;
});

test.after.each(() => reflector.stop());

interface Client {
  readonly socket: Socket;
  received: string;
  closed: boolean;
}

async function client(): Promise<Client> {
  const socket = connect(reflector.port, '127.0.0.1');
  const result: Client = { socket, received: '', closed: false };
  socket.on('data', (chunk) => (result.received += chunk.toString()));
  socket.on('error', () => undefined);
  socket.on('close', () => (result.closed = true));
  await once(socket, 'connect');
  return result;
}

test('joins two, and keeps for the second what the first has sent', async () => {
  const first = await client();
  first.socket.write('one ');
  await eventually('the first is known', () => assert.is(said.length, 2));
  const second = await client();
  second.socket.write('two');
  first.socket.write('three');
  await eventually('both ways', () => {
    assert.is(second.received, 'one three');
    assert.is(first.received, 'two');
  });
  assert.equal(said, [
    'Got new peer: 127.0.0.1',
    '127.0.0.1 is first peer, will buffer data until second peer arrives...',
    'Got new peer: 127.0.0.1',
    '127.0.0.1 is second peer, sending buffered data...',
    'now ready',
  ]);
});

test('refuses a third, which disturbs nobody', async () => {
  const first = await client();
  const second = await client();
  await eventually('joined', () => assert.is(said.at(-1), 'now ready'));
  const third = await client();
  await eventually('refused', () => assert.ok(third.closed));
  first.socket.write('still here');
  await eventually('passed on', () => assert.is(second.received, 'still here'));
  assert.match(said.at(-1)!, /^Refused 127\.0\.0\.1/);
});

test('lets the other go when one goes, and forgets what was kept', async () => {
  const lonely = await client();
  lonely.socket.write('forgotten');
  await eventually('known', () => assert.is(said.length, 2));
  lonely.socket.destroy();
  await eventually('lost', () => assert.is(said.at(-1), 'Lost peer 127.0.0.1'));
  const first = await client();
  await eventually('known', () => assert.match(said.at(-1)!, /is first peer/));
  const second = await client();
  await eventually('joined', () => assert.is(said.at(-1), 'now ready'));
  first.socket.write('fresh');
  await eventually('passed on', () => assert.is(second.received, 'fresh'));
  second.socket.end();
  await eventually('both gone', () => assert.ok(first.closed && second.closed));
  const next = await client();
  await eventually('first again', () => assert.match(said.at(-1)!, /is first peer/));
  next.socket.destroy();
});

test('a port that is taken is a fault', async () => {
  const again = await startFakeReflector({ host: '127.0.0.1', port: reflector.port, say: () => undefined });
  assert.not(again.ok);
  if (!again.ok) assert.match(again.fault, /EADDRINUSE/);
});

test.run();
