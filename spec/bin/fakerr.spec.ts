import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DIRECTORY } from '../conf/fixture.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { startProgram } from '../support/programs.ts';
import { commandLine, run } from './fixture.ts';

test('listens where it is told, and stops cleanly with peers connected', async () => {
  const port = await freePort();
  const words = [...commandLine('bagpipe-fakerr'), '--bind', '127.0.0.1', '--port', String(port)];
  const program = startProgram('fakerr', words, { directory: DIRECTORY });
  await eventually('listening', () => assert.match(program.output(), /^Listening on 127\.0\.0\.1/));
  const busy = await run('bagpipe-fakerr', '--bind', '127.0.0.1', '--port', String(port));
  assert.is(busy.status, 1);
  assert.match(busy.stderr, /^bagpipe-fakerr: .*EADDRINUSE/);
  const sockets = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  for (const socket of sockets) socket.on('error', () => undefined);
  await eventually('joined', () => assert.match(program.output(), /^now ready$/m));
  assert.equal(await program.stop('SIGINT'), { status: 0, signal: null });
});

test('wrong usage', async () => {
  assert.is((await run('bagpipe-fakerr', '--port', '0')).status, 2);
  assert.is((await run('bagpipe-fakerr', 'x')).status, 2);
});

test.run();
