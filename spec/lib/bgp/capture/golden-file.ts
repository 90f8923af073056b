import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HEADER_LENGTH } from '../../../../lib/bgp/message.ts';
import { hex } from '../hex.ts';

/** Messages that a real speaker sent, kept in `spec/fixtures/golden/<speaker>/<name>.hex`. */
export interface GoldenCase {
  readonly name: string;
  /** What the speaker was told. */
  readonly how: string;
  /** Whole ones, in order. */
  readonly messages: readonly Buffer[];
}

const GOLDEN = join(import.meta.dirname, '../../../fixtures/golden');

/** Takes the place of all files of the speaker. `version` is its own words. */
export function writeGolden(speaker: string, version: string, cases: readonly GoldenCase[]): void {
  const directory = join(GOLDEN, speaker);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const { name, how, messages } of cases) {
    const comments = [version, ...how.split('\n')].map((line) => `# ${line}`.trimEnd());
    const text = [...comments, ...messages.flatMap(formatMessage)].join('\n');
    writeFileSync(join(directory, `${name}.hex`), `${text}\n`);
  }
}

/** The messages of one file, in order. */
export function readGolden(speaker: string, name: string): readonly Buffer[] {
  const bytes = hex(readFileSync(join(GOLDEN, speaker, `${name}.hex`), 'utf8'));
  const messages: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt16BE(at + 16)) {
    messages.push(bytes.subarray(at, at + bytes.readUInt16BE(at + 16)));
  }
  return messages;
}

/** `speaker/name` of all files. */
export function listGolden(): readonly string[] {
  return readdirSync(GOLDEN, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.hex'))
    .map((file) => file.slice(0, -'.hex'.length))
    .sort();
}

/** Marker; length and type; the body in lines of 32 bytes. */
function formatMessage(message: Buffer): string[] {
  const lines = ['', message.toString('hex', 0, 16), message.toString('hex', 16, HEADER_LENGTH)];
  for (let at = HEADER_LENGTH; at < message.length; at += 32)
    lines.push(message.toString('hex', at, at + 32));
  return lines;
}
