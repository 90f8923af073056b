import { connect, createServer } from 'node:net';
import process from 'node:process';

/**
 * Lets a process outside of a network namespace reach a TCP port inside of it: run inside, this listens on a Unix
 * socket, whose path is valid in every network namespace, and passes each connection on.
 *
 * `api-relay.mjs SOCKET PORT`. Not compiled when it is run, so that it starts at once.
 */
const [socketPath, port] = process.argv.slice(2);

createServer((outer) => {
  const inner = connect(Number(port), '127.0.0.1');
  outer.pipe(inner).pipe(outer);
  // Either side may go first.
  closeWith(outer, inner);
  closeWith(inner, outer);
}).listen(socketPath);

/**
 * @param {import('node:net').Socket} one
 * @param {import('node:net').Socket} other
 */
function closeWith(one, other) {
  one.on('error', () => other.destroy());
  one.on('close', () => other.destroy());
}
