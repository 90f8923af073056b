import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const SAMPLES = join(import.meta.dirname, '../../../conf/route-reflectors');

/** What samples hold for the operator to edit: the reflector, the subnet of the nodes, their AS. */
const PLACEHOLDERS = ['192.0.2.1', '192.0.2.0/24', '64512'];

export interface SampleEdit {
  /** The network 127.0.N.0/24 takes the place of 192.0.2.0/24, with the same hosts in it: the reflector is host 1. */
  readonly network: number;
  /** Takes the place of port 179, where the sample names it. */
  readonly port: number;
}

/** The address of a host in the network that a sample was moved to. */
export function hostOf({ network }: Pick<SampleEdit, 'network'>, host: number): string {
  return `127.0.${network}.${host}`;
}

/** The text of a sample of a route reflector, edited as an operator would: two substitutions, and nothing else. */
export function readReflectorSample(file: string, edit: SampleEdit): string {
  const text = readFileSync(join(SAMPLES, file), 'utf8');
  for (const placeholder of PLACEHOLDERS) {
    if (!text.includes(placeholder)) throw new Error(`${file}: ${placeholder} is no longer in it`);
  }
  return text
    .replaceAll('192.0.2.', `127.0.${edit.network}.`)
    .replaceAll(/\b(port (?:= )?)179\b/g, `$1${edit.port}`);
}
