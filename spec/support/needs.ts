/**
 * What a group of specs needs of the machine. A group that cannot run is said to be skipped, with the reason; where
 * everything must run (CI=true) it is a failure instead.
 */
export function needsRoot(groupName: string): boolean {
  return needs(groupName, process.getuid?.() === 0, 'root (network namespaces)');
}

export function needs(groupName: string, available: boolean, what: string): boolean {
  if (available) return true;
  const message = `skipped: ${groupName}: needs ${what}`;
  if (process.env['CI'] === 'true') throw new Error(message);
  console.log(message);
  return false;
}
