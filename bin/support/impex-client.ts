import { lookingGlassPath } from '../../lib/cli/api-url.ts';
import {
  parseInstance,
  parseInstances,
  type InstanceView,
  type ServerView,
} from '../../lib/cli/impex/view.ts';
import type { Json } from '../../lib/cli/render.ts';
import { failure, success, type Result } from '../../lib/result.ts';
import { readNode } from './looking-glass-client.ts';

/** What the graph shows of one daemon; the fault is a sentence for the user. */
export async function readServerView(
  server: string,
  api: string,
  prefix: string,
): Promise<Result<ServerView, string>> {
  const base = api + lookingGlassPath(prefix, ['vpns', 'instances']);
  const place = (...segments: readonly string[]): string =>
    [base, ...segments.map(encodeURIComponent)].join('/');
  const list = await readPage(place());
  if (!list.ok) return list;
  if (list.value === undefined) return strange(place(), 'there is no such page');
  const listed = parseInstances(list.value);
  if (!listed.ok) return strange(place(), listed.fault);
  const instances: InstanceView[] = [];
  for (const each of listed.value) {
    const page = await readPage(place(each.id));
    if (!page.ok) return page;
    const ports = await readPage(place(each.id, 'ports'));
    if (!ports.ok) return ports;
    // What has gone since the list was made, or cannot be asked for, is drawn without anything.
    const view = parseInstance(each, page.value ?? {}, ports.value ?? {});
    if (!view.ok) return strange(place(each.id), view.fault);
    instances.push(view.value);
  }
  return success({ server, instances });
}

/** Undefined if there is nothing at the URL. */
async function readPage(url: string): Promise<Result<Json | undefined, string>> {
  const node = await readNode(url);
  if (node.ok) return success(node.value.value);
  return node.fault.code === 'not-found' ? success(undefined) : failure(node.fault.message);
}

function strange(url: string, fault: string): Result<never, string> {
  return failure(`${url} is not as expected: ${fault}: is this the API of bagpipe-bgp?`);
}
