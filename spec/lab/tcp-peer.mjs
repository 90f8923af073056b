import { Buffer } from 'node:buffer';
import { connect, createServer } from 'node:net';
import process from 'node:process';

/**
 * One end of a TCP session. The receiver takes one session and tells, in a line each, its port and then how many bytes
 * came before the other end said that this is all.
 *
 * `tcp-peer.mjs receive PORT` (0: any), `tcp-peer.mjs send ADDRESS PORT BYTES`. Not compiled when it
 * is run, so that it starts at once.
 */
const [role, ...words] = process.argv.slice(2);

if (role === 'receive') receive();
else send();

function receive() {
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

/**
 * Plainly: a console might colour it.
 *
 * @param {number} value
 */
function tell(value) {
  process.stdout.write(`${value}\n`);
}

function send() {
  const [address, port, bytes] = words;
  const session = connect(Number(port), address, () => session.end(Buffer.alloc(Number(bytes), 'x')));
  session.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
  session.resume();
}
