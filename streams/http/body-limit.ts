import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit as limitAnyBody } from 'hono/body-limit';

/**
 * Refuses bodies of more than `maxSize` bytes. The framework's own looks at the body to do so, for which it has to be made
 * a stream: that costs more than everything else in a small request. Here a body of declared length, which the
 * server holds the client to, is left alone.
 */
export function bodyLimit(options: {
  readonly maxSize: number;
  readonly onError: (context: Context) => Response;
}): MiddlewareHandler {
  const limitStream = limitAnyBody(options);
  return async (context, next) => {
    if (context.req.method === 'GET' || context.req.method === 'HEAD') return next();
    const declared = context.req.header('content-length');
    if (declared === undefined || context.req.header('transfer-encoding') !== undefined) {
      return limitStream(context, next);
    }
    if (Number(declared) > options.maxSize) return options.onError(context);
    await next();
    return undefined;
  };
}
