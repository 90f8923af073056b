/** `http://127.0.0.1:8082`; an IPv6 address is put between brackets. */
export function apiUrl(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Where a tool reaches a daemon that listens there: on loopback, if it listens on every address. */
export function reachableHost(listening: string): string {
  if (listening === '0.0.0.0') return '127.0.0.1';
  return listening === '::' ? '::1' : listening;
}

/**
 * The path of the looking glass that words on a command line mean. A slash in a word separates, as a blank does, so
 * that `vpns/instances` works; one that belongs to the name of an instance is written `%2F`.
 */
export function lookingGlassPath(prefix: string, words: readonly string[]): string {
  return `/${[prefix, ...words].map(quoted).join('/')}`;
}

function quoted(word: string): string {
  return word
    .split('/')
    .map((segment) => encodeURIComponent(segment).replaceAll('%252F', '%2F'))
    .join('/');
}
