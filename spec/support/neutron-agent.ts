import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { atExit } from './at-exit.ts';

const PROGRAM = join(import.meta.dirname, '../interop/agent_client.py');
/** That of Debian, which has the packages of OpenStack. */
const PYTHON = '/usr/bin/python3';

export interface NeutronAgentOptions {
  readonly name: string;
  readonly directory: string;
  readonly driver: 'linuxbridge' | 'ovs';
  /** Agent extensions by their entry points, e.g. `bagpipe_bgpvpn`. */
  readonly extensions: readonly string[];
  /** Port of the daemon on 127.0.0.1. */
  readonly apiPort: number;
  /** Seconds between two requests of `/ping`. */
  readonly pingInterval: number;
}

/** A Neutron L2 agent with extensions of the original; `agent_client.py` says what of it is real. */
export interface NeutronAgent {
  /** A command of `agent_client.py`; rejects with the text of the exception that it raised. */
  readonly ask: (command: string, ...parameters: readonly unknown[]) => Promise<unknown>;
  /** The lines of its log that have this text. */
  readonly logged: (text: string) => readonly string[];
  readonly stop: () => Promise<void>;
}

type AgentAnswer = { readonly value: unknown } | { readonly error: string };

export function startNeutronAgent(options: NeutronAgentOptions): NeutronAgent {
  const configurationFile = join(options.directory, `${options.name}.conf`);
  const logFile = join(options.directory, `${options.name}.log`);
  writeFileSync(configurationFile, formatConfiguration(options, logFile));
  const log = openSync(logFile, 'a');
  const child = spawn(PYTHON, [PROGRAM, options.driver, configurationFile], { stdio: ['pipe', 'pipe', log] });
  closeSync(log);
  const kill = atExit(() => child.kill('SIGKILL'));
  const readLog = (): string => readFileSync(logFile, 'utf8');
  const ended = once(child, 'exit');
  const waiting: ((answer: AgentAnswer) => void)[] = [];
  createInterface(child.stdout!).on('line', (line) => waiting.shift()?.(JSON.parse(line) as AgentAnswer));
  child.stdin!.on('error', () => undefined);
  child.once('exit', () => {
    for (const answer of waiting.splice(0)) answer({ error: `the agent has ended: ${readLog()}` });
  });
  return {
    ask: async (command, ...parameters) => {
      const answered = new Promise<AgentAnswer>((resolve) => waiting.push(resolve));
      child.stdin!.write(`${JSON.stringify([command, parameters])}\n`);
      const answer = await answered;
      if ('error' in answer) throw new Error(answer.error);
      return answer.value;
    },
    logged: (text) =>
      readLog()
        .split('\n')
        .filter((line) => line.includes(text)),
    stop: async () => {
      kill();
      await ended;
    },
  };
}

function formatConfiguration(
  { extensions, apiPort, pingInterval }: NeutronAgentOptions,
  logFile: string,
): string {
  return [
    '[DEFAULT]',
    'transport_url = fake:/',
    `log_file = ${logFile}`,
    '[agent]',
    `extensions = ${extensions.join(',')}`,
    '[bagpipe]',
    `bagpipe_bgp_port = ${apiPort}`,
    `ping_interval = ${pingInterval}`,
    '',
  ].join('\n');
}
