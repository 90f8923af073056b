import type { DataplaneFault } from '../../lib/dataplane/intent.ts';
import { type Link, parseLinks, shieldKeys, withShields } from '../../lib/dataplane/linux-evpn/links.ts';
import type { Tables } from '../../lib/dataplane/linux-evpn/model.ts';
import { saysGone } from '../../lib/dataplane/linux-evpn/command.ts';
import { type Lookup, saysMissing } from '../../lib/dataplane/linux-evpn/lookup.ts';
import {
  type FdbEntry,
  type NeighbourEntry,
  parseFdb,
  parseFdbAnswers,
  parseNeighbourAnswers,
  parseNeighbours,
} from '../../lib/dataplane/linux-evpn/tables.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { readErrors, type Run } from './run-batch.ts';

/** How the node is read: with the same helper as it is written, which may mean another network namespace. */
export interface Reader {
  readonly run: Run;
  readonly rootHelper: readonly string[];
}

export async function readLinks(reader: Reader): Promise<Result<readonly Link[], DataplaneFault>> {
  const links = await read(reader, ['ip', '-json', '-details', 'address'], parseLinks);
  if (!links.ok) return links;
  const keys = shieldKeys(links.value);
  if (keys.length === 0) return links;
  // Keys that are not there, or that cannot be read, count as not set: then they are set.
  const { stdout } = await reader.run([...reader.rootHelper, 'sysctl', '-e', ...keys], '');
  return success(withShields(links.value, stdout));
}

export interface TableContents {
  readonly fdb: readonly FdbEntry[];
  readonly neighbours: readonly NeighbourEntry[];
}

/** The tables of one EVI; those of a device that does not exist are empty. */
export async function readTables(
  reader: Reader,
  { bridge, neighbourDevice }: Tables,
): Promise<Result<TableContents, DataplaneFault>> {
  const [fdb, neighbours] = await Promise.all([
    read(reader, ['bridge', '-json', 'fdb', 'show', 'br', bridge], parseFdb),
    read(
      reader,
      ['ip', '-json', 'neigh', 'show', 'dev', neighbourDevice, 'nud', 'permanent'],
      parseNeighbours,
    ),
  ]);
  if (!fdb.ok) return fdb;
  if (!neighbours.ok) return neighbours;
  return success({ fdb: fdb.value, neighbours: neighbours.value });
}

/** What there is of entries, each of which is asked for by itself. */
export async function readEntries(
  reader: Reader,
  lookups: readonly Lookup[],
): Promise<Result<TableContents, DataplaneFault>> {
  const [fdb, neighbours] = await Promise.all([
    ask(reader, ['bridge', '-json'], lookups, parseFdbAnswers),
    ask(reader, ['ip'], lookups, parseNeighbourAnswers),
  ]);
  if (!fdb.ok) return fdb;
  if (!neighbours.ok) return neighbours;
  return success({ fdb: fdb.value, neighbours: neighbours.value });
}

async function ask<T>(
  { run, rootHelper }: Reader,
  [tool, ...options]: readonly [Lookup['tool'], ...string[]],
  lookups: readonly Lookup[],
  parse: (text: string) => Result<readonly T[], string>,
): Promise<Result<readonly T[], DataplaneFault>> {
  const lines = lookups.filter((each) => each.tool === tool).map(({ line }) => line);
  if (lines.length === 0) return success([]);
  const command = [...rootHelper, tool, ...options, '-force', '-batch', '-'];
  const { exitCode, stdout, stderr } = await run(command, `${lines.join('\n')}\n`);
  const { byLine, last } = readErrors(stderr);
  // A helper may say something although all is well (sudo that cannot resolve the name of the host).
  const complaint =
    exitCode === 0 ? undefined : [...byLine.values(), last].find((text) => text !== '' && !saysMissing(text));
  const parsed = parse(stdout);
  if (exitCode !== undefined && complaint === undefined && parsed.ok) return parsed;
  const reason = complaint ?? (parsed.ok ? 'failed' : parsed.fault);
  return failure({ command: command.join(' '), reason });
}

async function read<T>(
  { run, rootHelper }: Reader,
  words: readonly string[],
  parse: (text: string) => Result<T, string>,
): Promise<Result<T, DataplaneFault>> {
  const command = [...rootHelper, ...words];
  const result = await run(command, '');
  const isMissing = result.exitCode !== 0 && saysGone(result.stderr);
  if (result.exitCode !== 0 && !isMissing) {
    return failure({ command: command.join(' '), reason: result.stderr.trim() || 'failed' });
  }
  const parsed = parse(isMissing ? '[]' : result.stdout);
  return parsed.ok ? parsed : failure({ command: command.join(' '), reason: parsed.fault });
}
