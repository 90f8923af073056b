import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import { failure, success, type Result } from '../../lib/result.ts';

export interface ApiServer {
  readonly stop: () => Promise<void>;
}

/** Listens; the fault is a sentence that says why that is not possible. */
export function listen(app: Hono, host: string, port: number): Promise<Result<ApiServer, string>> {
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: host, port }, () => {
      resolve(success({ stop: () => stopServer(server) }));
    });
    server.on('error', (error: Error) => {
      resolve(failure(`the API cannot listen on ${host}:${port}: ${error.message}`));
    });
  });
}

function stopServer(server: ReturnType<typeof serve>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeIdleConnections' in server) server.closeIdleConnections();
    if ('closeAllConnections' in server) setTimeout(() => server.closeAllConnections(), 500).unref();
  });
}
