import { parseArgs } from 'node:util';
import { failure, type Result, success } from '../../lib/result.ts';
import { type Drivers, EVPN_DRIVERS, IPVPN_DRIVERS, NO_OVS } from './scenario.ts';

/** What is asked for. */
export interface Arguments {
  /** A path, or the name of an example. */
  readonly file: string;
  readonly keep: boolean;
  readonly verbose: boolean;
  /** Where a picture of it is to be put. */
  readonly picture: string | undefined;
  /** Drivers that all nodes are to have instead of those of the file. */
  readonly drivers: Partial<Drivers>;
}

const OPTIONS = {
  keep: { type: 'boolean', default: false },
  verbose: { type: 'boolean', short: 'v', default: false },
  picture: { type: 'string' },
  ipvpn: { type: 'string' },
  evpn: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** The failure says what is wrong with the command line. */
export function readArguments(words: readonly string[]): Result<Arguments | 'help', string> {
  let given;
  try {
    given = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return failure((error as Error).message);
  }
  const { values, positionals } = given;
  if (values.help || words.length === 0) return success('help');
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) return failure('expected one FILE');
  const evpn = EVPN_DRIVERS.find((name) => name === values.evpn);
  const ipvpn = IPVPN_DRIVERS.find((name) => name === values.ipvpn);
  if (values.evpn !== undefined && evpn === undefined) return failure(wrong('evpn', EVPN_DRIVERS) + NO_OVS);
  if (values.ipvpn !== undefined && ipvpn === undefined) return failure(wrong('ipvpn', IPVPN_DRIVERS));
  const drivers = { ...(evpn !== undefined && { evpn }), ...(ipvpn !== undefined && { ipvpn }) };
  return success({ file, keep: values.keep, verbose: values.verbose, picture: values.picture, drivers });
}

function wrong(option: string, names: readonly string[]): string {
  return `--${option}: expected ${names.join(' or ')}`;
}
