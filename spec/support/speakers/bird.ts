import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, Hopeless } from '../eventually.ts';
import { type Program, type ProgramOptions, run, startProgram } from '../programs.ts';

/** A running BIRD, with its files in one directory. */
export interface Bird {
  readonly program: Program;
  /** The answer to a command of its client, e.g. `show protocols`. */
  readonly ask: (command: string) => Promise<string>;
}

export interface BirdOptions extends ProgramOptions {
  readonly name: string;
  /** The text of its configuration file. */
  readonly configuration: string;
}

/** Starts BIRD and waits until it answers. */
export async function startBird(options: BirdOptions): Promise<Bird> {
  const fileOf = (extension: string): string => join(options.directory, `${options.name}.${extension}`);
  const [configuration, socket] = [fileOf('conf'), fileOf('ctl')];
  writeFileSync(configuration, options.configuration);
  const program = startProgram(
    options.name,
    ['/usr/sbin/bird', '-f', '-c', configuration, '-s', socket, '-P', fileOf('pid')],
    options,
  );
  const ask = (command: string): Promise<string> =>
    run(['/usr/sbin/birdc', '-s', socket, ...command.split(' ')]);
  await eventually(`${options.name} answers`, async () => {
    if (!program.isRunning()) throw new Hopeless(`bird has ended: ${program.output()}`);
    await ask('show status');
  });
  return { program, ask };
}
