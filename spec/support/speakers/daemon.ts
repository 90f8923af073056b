import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient, apiClient } from '../api-client.ts';
import { eventually, Hopeless } from '../eventually.ts';
import { type Program, type ProgramOptions, startProgram } from '../programs.ts';
import { AS_NUMBER } from './gobgp.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');

/** The command line of one of our programs, as `npm run build` has compiled it. */
export function builtCommand(name: string): string[] {
  const program = join(REPOSITORY, 'dist/bin', `${name}.js`);
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build`);
  return ['node', program];
}

/** Sections and options of a configuration file. */
export type Configuration = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

export interface DaemonOptions extends ProgramOptions {
  readonly name: string;
  readonly address: string;
  readonly peers: readonly string[];
  /** TCP port of the peers. */
  readonly bgpPort: number;
  readonly apiPort: number;
  /** Reaches the API from here; the port on 127.0.0.1 unless given. */
  readonly api?: ApiClient;
  /** Overrides what is made from the options above. */
  readonly configuration?: Configuration;
}

/** A running daemon of ours. */
export interface Daemon {
  readonly program: Program;
  readonly api: ApiClient;
  readonly configurationFile: string;
}

/** Writes the configuration file, starts the daemon with it, and waits until its API answers. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const configurationFile = join(options.directory, `${options.name}.conf`);
  writeFileSync(configurationFile, formatConfiguration(completeConfiguration(options)));
  const program = startProgram(
    options.name,
    [...builtCommand('bagpipe-bgp'), '--config-file', configurationFile],
    options,
  );
  const api = options.api ?? apiClient({ host: '127.0.0.1', port: options.apiPort });
  await answers(options.name, program, api);
  return { program, api, configurationFile };
}

/** Resolves when the API of a daemon answers. */
export async function answers(name: string, program: Program, api: ApiClient): Promise<void> {
  await eventually(
    `${name} answers`,
    async () => {
      if (!program.isRunning()) throw new Hopeless(`the daemon has ended: ${program.output()}`);
      const { status, body } = await api.send('GET', '/ping');
      if (status !== 200) throw new Error(`/ping: ${status} ${body}`);
    },
    90_000,
  );
}

function completeConfiguration(options: DaemonOptions): Configuration {
  const sections: Configuration = {
    API: { host: '127.0.0.1', port: options.apiPort },
    BGP: {
      local_address: options.address,
      peers: options.peers.join(','),
      my_as: AS_NUMBER,
      bgp_port: options.bgpPort,
    },
    COMMON: { root_helper: '' },
    DATAPLANE_DRIVER_IPVPN: { dataplane_driver: 'dummy' },
    DATAPLANE_DRIVER_EVPN: { dataplane_driver: 'dummy' },
  };
  const changed = Object.entries(options.configuration ?? {});
  return {
    ...sections,
    ...Object.fromEntries(changed.map(([name, values]) => [name, { ...sections[name], ...values }])),
  };
}

function formatConfiguration(configuration: Configuration): string {
  return Object.entries(configuration)
    .map(([section, values]) => {
      const lines = Object.entries(values).map(([option, value]) => `${option} = ${value}\n`);
      return `[${section}]\n${lines.join('')}`;
    })
    .join('\n');
}
