/**
 * Whether a client with this `Accept` header takes JSON. As for the Python daemon, that counts before anything is
 * done: a request whose answer the client would not read is not carried out.
 */
export function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  const ranges = accept.split(',').map(parseRange);
  const best = ['application/json', 'application/*', '*/*']
    .map((range) => ranges.find(({ type }) => type === range))
    .find((range) => range !== undefined);
  return best !== undefined && best.quality > 0;
}

interface MediaRange {
  readonly type: string;
  readonly quality: number;
}

function parseRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  return { type, quality: quality === undefined ? 1 : Number(quality.slice(2)) };
}
