import type { RestAttachArguments } from '../../lib/cli/rest-attach/arguments.ts';
import { plugIntoOvs } from '../../lib/cli/rest-attach/commands.ts';
import type { RestAttachPlan } from '../../lib/cli/rest-attach/plan.ts';
import { preplugged, requestBody } from '../../lib/cli/rest-attach/request.ts';
import { privilegePrefix } from '../../lib/cli/words.ts';
import { failure, success, type Result } from '../../lib/result.ts';
import { request } from './http.ts';
import { netnsPortMac, prepareNetnsPort } from './netns-port.ts';
import { runAll, runner, type Run } from './run.ts';

/** In seconds: the daemon answers when the port works. */
const PATIENCE = 60;
const WHERE_IT_LISTENS = 'is bagpipe-bgp running? --api-host and --api-port say where it listens';

export interface RestAttachJob {
  readonly args: RestAttachArguments;
  readonly plan: RestAttachPlan;
  /** `http://127.0.0.1:8082` */
  readonly api: string;
  readonly rootHelper: string;
}

/** Makes the port ready, then asks the daemon; says on the console what it does. */
export async function restAttach({
  args,
  plan,
  api,
  rootHelper,
}: RestAttachJob): Promise<Result<void, string>> {
  if (args.gatewayIp === undefined) console.log(`using ${plan.gateway} as gateway address`);
  const run = runner(privilegePrefix(rootHelper, process.getuid?.()));
  const mac = await preparePort(run, args, plan);
  return mac.ok ? post(`${api}/${plan.action}_localport`, requestBody(args, plan, mac.value)) : mac;
}

/** The MAC address of the port, which on the way to an attach is made first. */
async function preparePort(
  run: Run,
  args: RestAttachArguments,
  plan: RestAttachPlan,
): Promise<Result<string, string>> {
  const { port, action } = plan;
  if (port.kind === 'netns' && action === 'attach') {
    console.log(`Will plug local namespace ${port.netns} into network`);
    const prepared = await prepareNetnsPort(run, port, plan, args.ovsVlan);
    if (!prepared.ok) return prepared;
  }
  if (port.kind === 'evpn') console.log(`will plug evpn ${port.id} into the IPVPN`);
  const ovsPort = preplugged(args, plan);
  if (ovsPort !== undefined && action === 'attach') {
    console.log(`pre-plugging ${ovsPort} into ${args.ovsBridge}`);
    const plugged = await runAll(run, [plugIntoOvs(args.ovsBridge, ovsPort)]);
    if (!plugged.ok) return plugged;
  }
  if (port.kind !== 'netns') return success(plan.mac!);
  const mac = plan.mac === undefined ? await netnsPortMac(run, port) : success(plan.mac);
  if (mac.ok) console.log(`Local port: ${port.outside} (${mac.value})`);
  return mac;
}

async function post(url: string, body: Record<string, unknown>): Promise<Result<void, string>> {
  console.log(`request: ${JSON.stringify(body)}`);
  const answer = await request({ url, body, patience: PATIENCE });
  if (!answer.ok) {
    const { code, message } = answer.fault;
    const hint = code === 'unreachable' ? `\n${WHERE_IT_LISTENS}` : '';
    return failure(`no answer from ${url}: ${message}${hint}`);
  }
  const { status, reason, body: text } = answer.value;
  if (status === 200) {
    console.log(`response: ${status} ${text}`);
    return success(undefined);
  }
  return failure(`${readableError(text)}\nerror ${status}, reason: ${reason}`);
}

/** The description in the answer of the daemon, if it has one. */
function readableError(text: string): string {
  try {
    const { description } = JSON.parse(text) as { readonly description?: unknown };
    return typeof description === 'string' ? description : text;
  } catch {
    return text;
  }
}
