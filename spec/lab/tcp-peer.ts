import { connect, createServer } from 'node:net';

/**
 * One end of a TCP session. The receiver takes one session and tells, in a line each, its port and then how many bytes
 * came before the other end said that this is all.
 *
 * `tcp-peer.ts receive PORT` (0: any), `tcp-peer.ts send ADDRESS PORT BYTES`
 */
const [role, ...words] = process.argv.slice(2);

if (role === 'receive') receive();
else send();

function receive(): void {
  const [port] = words;
  const server = createServer((session) => {
    server.close();
    let count = 0;
    session.on('data', (chunk) => (count += chunk.length));
    session.on('end', () => {
      tell(count);
      session.end();
    });
  });
  server.listen(Number(port), () => {
    const where = server.address();
    if (where !== null && typeof where === 'object') tell(where.port);
  });
}

/** Plainly: a console might colour it. */
function tell(value: number): void {
  process.stdout.write(`${value}\n`);
}

function send(): void {
  const [address, port, bytes] = words;
  const session = connect(Number(port), address, () => session.end(Buffer.alloc(Number(bytes), 'x')));
  session.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  session.resume();
}
