import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  413: 'Content Too Large',
  500: 'Internal Server Error',
};

/** An error as the client wants it: JSON where it accepts that, HTML for a browser, else plain text. */
export function errorAnswer(
  context: Context,
  code: ContentfulStatusCode,
  description: string | null,
): Response {
  const title = TITLES[code] ?? 'Error';
  const accept = context.req.header('accept') ?? '';
  if (accept.includes('application/json')) return context.json({ code, title, description }, code);
  if (accept.includes('text/html') || accept.includes('*/*')) {
    const text = escapeHtml(description ?? '');
    return context.html(
      `<html><head><title>${code} ${title}</title></head><body><h1>${code} ${title}</h1><p>${text}</p></body></html>`,
      code,
    );
  }
  return context.text(`${code} ${title}\n\n${description ?? ''}\n`, code);
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#x${character.charCodeAt(0).toString(16)};`);
}
