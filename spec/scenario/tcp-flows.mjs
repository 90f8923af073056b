import { Buffer } from 'node:buffer';
import { connect, createServer } from 'node:net';
import process from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';

/**
 * TCP sessions in which each byte comes back.
 *
 * `tcp-flows.mjs answer PORT` takes sessions until it is killed, and says when it is ready;
 * `tcp-flows.mjs open ADDRESS PORT COUNT SECONDS` opens so many and tells of each, in a line, its own port if all came
 * back in time, else what has happened instead. Not compiled when it is run, so that it starts at once.
 */
const [role, ...words] = process.argv.slice(2);

const MESSAGE = Buffer.alloc(4000, 'x');
/** Sessions at a time. */
const ABREAST = 8;

if (role === 'answer') answer(Number(words[0]));
else await open(words[0] ?? '', Number(words[1]), Number(words[2]), Number(words[3]) * 1000);

/** @param {number} port */
function answer(port) {
  const server = createServer((session) => {
    session.on('error', () => session.destroy());
    session.pipe(session);
  });
  server.listen(port, '0.0.0.0', () => tell('ready'));
}

/**
 * @param {string} address
 * @param {number} port
 * @param {number} count
 * @param {number} patience in milliseconds
 */
async function open(address, port, count, patience) {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      tell(await exchange(address, port, patience));
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, worker));
}

/**
 * @param {string} address
 * @param {number} port
 * @param {number} patience in milliseconds
 * @returns {Promise<string>}
 */
function exchange(address, port, patience) {
  return new Promise((resolve) => {
    let received = 0;
    const session = connect(port, address, () => session.write(MESSAGE));
    /** @param {string} result */
    const end = (result) => {
      clearTimeout(timer);
      session.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => end('no answer in time'), patience);
    session.on('error', (error) => end(error.message));
    session.on('end', () => end('ended by the other side'));
    session.on('data', (chunk) => {
      received += chunk.length;
      if (received === MESSAGE.length) end(String(session.localPort));
    });
  });
}

/**
 * Plainly: a console might colour it.
 *
 * @param {string} line
 */
function tell(line) {
  process.stdout.write(`${line}\n`);
}
