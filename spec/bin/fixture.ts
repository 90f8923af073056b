import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Json } from '../../lib/cli/render.ts';

/** The words that run one of our commands from its source. */
export function commandLine(name: string): readonly string[] {
  const source = fileURLToPath(new URL(`../../bin/${name}.ts`, import.meta.url));
  return [process.execPath, '--import', 'tsx', source];
}

export interface Run {
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of our commands to its end. */
export async function run(name: string, ...args: readonly string[]): Promise<Run> {
  const [file, ...words] = [...commandLine(name), ...args];
  // A proxy in the environment must make no difference.
  const env = { http_proxy: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' };
  const done = await execa(file!, words, { reject: false, stdin: 'ignore', timeout: 30_000, env });
  return { status: done.exitCode, stdout: done.stdout, stderr: done.stderr };
}

export interface Request {
  readonly line: string;
  readonly body: string;
}

/** An HTTP server that answers from a function, and records what it was asked. */
export interface FakeApi {
  readonly url: string;
  readonly port: string;
  readonly requests: Request[];
  readonly stop: () => Promise<void>;
}

export interface FakeAnswer {
  readonly status: number;
  readonly body: Json;
}

export function startFakeApi(
  answer: (path: string, url: string, body: string) => FakeAnswer,
): Promise<FakeApi> {
  const requests: Request[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const path = request.url ?? '';
      requests.push({ line: `${request.method ?? ''} ${path}`, body });
      const { status, body: answered } = answer(path, `http://${request.headers.host ?? ''}`, body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answered));
    });
  });
  return new Promise((started) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      started({
        url: `http://127.0.0.1:${port}`,
        port: String(port),
        requests,
        stop: () =>
          new Promise((stopped) => {
            server.close(() => stopped());
            server.closeAllConnections();
          }),
      });
    });
  });
}

/** A TCP server on loopback that is no API: what it does with a connection is up to the test. */
export function startTcpServer(
  onConnection: (socket: Socket) => void,
): Promise<{ readonly port: string; readonly stop: () => void }> {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  return new Promise((started) => {
    server.listen(0, '127.0.0.1', () => {
      const stop = (): void => {
        server.close();
        for (const socket of sockets) socket.destroy();
      };
      started({ port: String((server.address() as AddressInfo).port), stop });
    });
  });
}

/** Servers that accept a connection and do not answer, and what a client says of them. */
export const NO_API: readonly [name: string, onConnection: (socket: Socket) => void, message: RegExp][] = [
  [
    'closes at once',
    (socket) => socket.end(),
    /^no answer from http:\S+: the server closed the connection; is this the API port of bagpipe-bgp\?$/,
  ],
  [
    'resets at once',
    (socket) => socket.resetAndDestroy(),
    /^no answer from http:\S+: the server closed the connection; is this the API port of bagpipe-bgp\?$/,
  ],
  [
    'closes in the answer',
    (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{'),
    /^no answer from http:\S+: the server closed the connection; is this the API port of bagpipe-bgp\?$/,
  ],
  [
    'speaks something else',
    (socket) => socket.end('SSH-2.0-OpenSSH\r\n'),
    /^no answer from http:\S+: .*; is this the API port of bagpipe-bgp\?$/,
  ],
];
