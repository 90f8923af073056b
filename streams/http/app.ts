import { Hono, type Context } from 'hono';
import { parseAttach, parseDetach } from '../../lib/api/attachment.ts';
import { parseJson } from '../../lib/api/json.ts';
import { lookUp, type LookingGlassNode } from '../../lib/api/looking-glass.ts';
import type { Result } from '../../lib/result.ts';
import { portName, type RequestedPort } from '../../lib/vpn/local-port.ts';
import type { AttachRequest, DetachRequest, EndpointReference } from '../../lib/vpn/request.ts';
import type { VpnFault } from '../../lib/vpn/vpn-fault.ts';
import type { Log } from '../log.ts';
import { acceptsJson } from './accept.ts';
import { bodyLimit } from './body-limit.ts';
import { errorAnswer } from './error-answer.ts';
import { jsonAnswer } from './json-answer.ts';

export interface ApiOptions {
  readonly attach: (request: AttachRequest<RequestedPort>) => Promise<Result<undefined, VpnFault>>;
  readonly detach: (request: DetachRequest) => Promise<Result<undefined, VpnFault>>;
  /** The root of the looking glass as it is now. */
  readonly lookingGlass: () => LookingGlassNode;
  /** Told by `/ping`: other at each start, so that clients notice a restart. Decimal digits. */
  readonly incarnation: string;
  readonly log: Log;
}

/** Bodies are a few hundred bytes. */
const LARGEST_BODY = 1 << 20;
const LOOKING_GLASS = '/looking-glass';
const PATHS = ['/', '/ping', '/attach_localport', '/detach_localport', LOOKING_GLASS, `${LOOKING_GLASS}/*`];

/** The REST API and the looking glass. */
export function createApp(options: ApiOptions): Hono {
  const app = new Hono({ strict: false });
  app.use(bodyLimit({ maxSize: LARGEST_BODY, onError: (context) => errorAnswer(context, 413, null) }));
  app.use(async (context, next) => {
    const begin = performance.now();
    await next();
    const { method, path } = context.req;
    options.log.debug(
      () => `${method} ${path} ${context.res.status} in ${Math.round(performance.now() - begin)} ms`,
    );
  });

  for (const path of PATHS) {
    app.use(path, async (context: Context, next) => {
      if (!acceptsJson(context.req.header('accept'))) return errorAnswer(context, 406, null);
      await next();
      return undefined;
    });
  }

  app.all('/ping', (context) =>
    // Not through JSON.stringify: the number has more digits than a double holds.
    context.body(options.incarnation, 200, { 'Content-Type': 'application/json' }),
  );
  app.post('/attach_localport', (context) =>
    carryOut(
      context,
      options,
      parseAttach,
      options.attach,
      'An error occurred during local port plug to VPN',
    ),
  );
  app.post('/detach_localport', (context) =>
    carryOut(
      context,
      options,
      parseDetach,
      options.detach,
      'An error occurred during local port unplug from VPN',
    ),
  );
  app.on(
    ['POST', 'PUT', 'DELETE'],
    ['/', '/attach_localport', '/detach_localport', LOOKING_GLASS],
    (context) => errorAnswer(context, 405, null),
  );
  app.all('/', (context) => context.json({}));
  app.all('/attach_localport', (context) => context.json({}));
  app.all('/detach_localport', (context) => context.json({}));
  app.all(LOOKING_GLASS, (context) => look(context, options));
  app.get(`${LOOKING_GLASS}/*`, (context) =>
    // Members answer GET alone, as in the Python daemon; the framework takes HEAD for it.
    context.req.method === 'GET' ? look(context, options) : errorAnswer(context, 404, null),
  );

  app.notFound((context) => errorAnswer(context, 404, null));
  app.onError((error, context) => {
    if ('code' in error && error.code === 'ECONNRESET') {
      options.log.warning(
        `${context.req.method} ${context.req.path}: the client left before its request ended`,
      );
      return errorAnswer(context, 400, null);
    }
    options.log.error(`${context.req.method} ${context.req.path}: ${error.stack ?? error.message}`);
    return errorAnswer(context, 500, 'Server error');
  });
  return app;
}

async function carryOut<Request extends EndpointReference<RequestedPort>>(
  context: Context,
  { log }: ApiOptions,
  parse: (body: unknown) => Result<Request, string>,
  execute: (request: Request) => Promise<Result<undefined, VpnFault>>,
  failed: string,
): Promise<Response> {
  const bytes = await context.req.arrayBuffer();
  log.debug(() => `${context.req.path.slice(1)}: ${Buffer.from(bytes).toString()}`);
  const body = parseJson(new Uint8Array(bytes));
  if (!body.ok) return refuseBody(context, log, body.fault);
  const request = parse(body.value);
  if (!request.ok) return refuse(context, log, request.fault);
  const result = await execute(request.value);
  if (result.ok) {
    const { vpnType, instanceId, port, mac, ipText } = request.value;
    const endpoint = [portName(port), mac, ...(ipText === undefined ? [] : [ipText])].join(' ');
    log.info(`${context.req.path.slice(1)}: ${vpnType} ${instanceId}: ${endpoint}`);
    return context.json(null);
  }
  if (result.fault.kind === 'request') return refuse(context, log, result.fault.message);
  log.error(`${failed}: ${result.fault.message}`);
  return errorAnswer(context, 500, `${failed}: ${result.fault.message}`);
}

function refuseBody(context: Context, log: Log, reason: string): Response {
  log.warning(`${context.req.path} refused: ${reason}`);
  return errorAnswer(context, 400, `No local port details received: ${reason}`);
}

function refuse(context: Context, log: Log, reason: string): Response {
  log.warning(`${context.req.path} refused: ${reason}`);
  return errorAnswer(context, 400, `API error: ${reason}`);
}

function look(context: Context, { lookingGlass }: ApiOptions): Response {
  const path = segments(context.req.path.slice(LOOKING_GLASS.length));
  const base = `http://${context.req.header('host') ?? 'localhost'}${LOOKING_GLASS}`;
  if (path === undefined) return errorAnswer(context, 404, `No such looking glass object at ${base}`);
  const found = lookUp(lookingGlass(), path, base);
  return found.ok ? jsonAnswer(context, found.value) : errorAnswer(context, 404, found.fault);
}

/** The decoded segments of a path; empty ones do not count. Undefined if one of them is not valid UTF-8. */
function segments(path: string): readonly string[] | undefined {
  try {
    return path
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
