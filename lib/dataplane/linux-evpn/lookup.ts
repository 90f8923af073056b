import type { Tool } from './command.ts';
import type { Row } from './row.ts';

/** A line of a batch that asks for one entry. */
export interface Lookup {
  readonly tool: Exclude<Tool, 'sysctl'>;
  readonly line: string;
}

/**
 * How to ask whether the kernel has an entry, and as what, for those kinds that come in great numbers; undefined for the
 * others. A VTEP in the flood list is no entry of its own: the list is one.
 */
export function lookup(row: Row): Lookup | undefined {
  switch (row.kind) {
    case 'remote-entry':
      return { tool: 'bridge', line: `fdb get ${row.mac} dev ${row.device} master` };
    case 'tunnel':
      return { tool: 'bridge', line: `fdb get ${row.mac} dev ${row.device} self` };
    case 'neighbour':
      return { tool: 'ip', line: `neigh get ${row.ip} dev ${row.device}` };
    default:
      return undefined;
  }
}

/** Whether that is what was said of an entry that is not there. */
export function saysMissing(reason: string): boolean {
  return /entry not found|No such (file or directory|device)|Cannot find device|not a bridge port/i.test(
    reason,
  );
}
