import { Command, InvalidArgumentError } from 'commander';
import { programVersion } from '../../conf/version.ts';
import { listOf, text, type ValueType } from '../../conf/value-type.ts';
import { writeOut } from '../../lib/cli/abbreviations.ts';

/** The exit statuses of all commands. */
export const EXIT_SUCCESS = 0;
export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;

/** Long options may be abbreviated, as in the tools of the original. */
class Tool extends Command {
  override parse(): this {
    const options = this.options.flatMap(({ long }) => long ?? []);
    const words = writeOut(process.argv.slice(2), [...options, '--help']);
    if (!words.ok) this.error(`error: ${words.fault}`, { exitCode: EXIT_USAGE });
    return super.parse(words.value, { from: 'user' });
  }
}

/**
 * A command with the habits of all: abbreviations, `--version`, status 2 for wrong usage, and a pointer to its help. It
 * parses the words of the process.
 */
export function createCommand(name: string, description: string): Command {
  return new Tool(name)
    .description(description)
    .version(`${name} ${programVersion()}`, '--version', 'print the version and exit')
    .helpOption('-h, --help', 'print this help and exit')
    .configureHelp({ helpWidth: 100 })
    .showHelpAfterError(`("${name} --help" explains the options)`)
    .allowExcessArguments(false)
    .exitOverride(({ exitCode }) => process.exit(exitCode === EXIT_SUCCESS ? EXIT_SUCCESS : EXIT_USAGE));
}

/** For an option that may be given several times. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

/** The same, with several in one argument, separated by commas. */
export function collectList(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, ...listOf(text).parser.parse(value)];
}

/** Parses the value of an option by one of the types of the configuration file. */
export function typed<T>(type: ValueType<T>): (value: string) => T {
  return (value) => {
    const parsed = type.parser.safeParse(value.trim());
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(`Expected ${type.expected}.`);
  };
}
