import { readFileSync } from 'node:fs';
import { Command } from 'commander';

/** What a `.cpuprofile` says, as far as it is used here (Chrome DevTools Protocol, Profiler.Profile). */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      /** From 0. */
      readonly lineNumber: number;
    };
  }[];
  /** Ids of nodes. */
  readonly samples: readonly number[];
  /** Microseconds, for each sample. */
  readonly timeDeltas: readonly number[];
}

const command = new Command('profile')
  .description('Lists the functions that a CPU profile was spent in, without what they called.')
  .argument('<file>', 'a .cpuprofile')
  .option('--top <number>', 'how many functions', '25')
  .parse();

const profile = JSON.parse(readFileSync(command.args[0]!, 'utf8')) as Profile;
const names = new Map(
  profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
    const place = url === '' ? '' : ` ${url.replace(/^.*\/(?=[^/]+\/[^/]+$)/, '')}:${lineNumber + 1}`;
    return [id, `${functionName || '(anonymous)'}${place}`];
  }),
);
const selfTime = new Map<string, number>();
for (const [index, id] of profile.samples.entries()) {
  const name = names.get(id) ?? '?';
  selfTime.set(name, (selfTime.get(name) ?? 0) + profile.timeDeltas[index]!);
}
// To wait is not to work.
selfTime.delete('(idle)');
const all = [...selfTime.values()].reduce((sum, time) => sum + time, 0);
console.log('   ms    %  function');
for (const [name, time] of [...selfTime]
  .sort(([, a], [, b]) => b - a)
  .slice(0, Number(command.opts()['top']))) {
  const share = ((100 * time) / all).toFixed(1);
  console.log(`${(time / 1000).toFixed(0).padStart(5)} ${share.padStart(4)}  ${name}`);
}
