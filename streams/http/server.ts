import { lookup } from 'node:dns/promises';
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import { failure, success, type Result } from '../../lib/result.ts';

export interface ApiServer {
  readonly stop: () => Promise<void>;
}

/** Listens, and answers when there is an app; the fault is a sentence that says why it cannot listen. */
export async function listen(
  app: Promise<Hono>,
  host: string,
  port: number,
): Promise<Result<ApiServer, string>> {
  const hostname = await resolveHost(host);
  return new Promise((resolve) => {
    const fetch: Hono['fetch'] = async (...request) => (await app).fetch(...request);
    const server = serve({ fetch, hostname, port }, () => {
      resolve(success({ stop: () => stopServer(server) }));
    });
    server.on('error', (error: NodeJS.ErrnoException) => {
      resolve(failure(`the API cannot listen on ${host}:${port}: ${explain(error)}`));
    });
  });
}

function explain({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'something else does, perhaps another bagpipe-bgp; stop it, or set [API] port';
    case 'EADDRNOTAVAIL':
      return 'no interface of this node has that address; correct [API] host';
    case 'EACCES':
      return 'only root may listen on a port that low; set [API] port';
    default:
      return message;
  }
}

/** `localhost` is where clients look for it: at 127.0.0.1. What cannot be resolved is left for `listen` to report. */
async function resolveHost(host: string): Promise<string> {
  try {
    return (await lookup(host, { order: 'ipv4first' })).address;
  } catch {
    return host;
  }
}

function stopServer(server: ReturnType<typeof serve>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeIdleConnections' in server) server.closeIdleConnections();
    if ('closeAllConnections' in server) setTimeout(() => server.closeAllConnections(), 500).unref();
  });
}
