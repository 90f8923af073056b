import type { Pool } from 'undici';
import type { Attachment } from '../support/api-client.ts';

/** Attaches or detaches a port; resolves to the milliseconds until the answer. */
export async function postPort(pool: Pool, request: 'attach' | 'detach', port: Attachment): Promise<number> {
  const body = JSON.stringify(port);
  const start = performance.now();
  const answer = await pool.request({
    path: `/${request}_localport`,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body,
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${request} ${body}: ${answer.statusCode} ${text}`);
  return performance.now() - start;
}
