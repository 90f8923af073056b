import type { Command } from 'commander';
import type { Configuration } from '../../conf/configuration.ts';
import { formatConfigurationFault } from '../../conf/fault.ts';
import { systemInterfaceAddress } from '../../conf/interface-address.ts';
import { loadConfiguration } from '../../conf/load.ts';
import { logLevels } from '../../conf/options/logging.ts';
import { DEFAULT_FILE } from '../../conf/sources.ts';
import { collect, EXIT_FAILURE, typed } from './command.ts';

/** Options that set one of the section [DEFAULT]. With an argument, that is the value; else they mean true or false. */
interface LoggingFlag {
  readonly option: string;
  readonly flags: readonly string[];
  readonly value?: 'true' | 'false';
  readonly help: string;
}

const LOGGING_FLAGS: readonly LoggingFlag[] = [
  { option: 'debug', flags: ['-d, --debug'], value: 'true', help: 'log at level DEBUG' },
  { option: 'debug', flags: ['--nodebug'], value: 'false', help: 'log at level INFO' },
  {
    option: 'log_file',
    flags: ['--log-file <path>', '--logfile <path>', '--log_file <path>'],
    help: 'append the log to this file',
  },
  {
    option: 'log_dir',
    flags: ['--log-dir <path>', '--logdir <path>', '--log_dir <path>'],
    help: 'directory of the log file',
  },
  { option: 'use_json', flags: ['--use-json'], value: 'true', help: 'log JSON, one object on each line' },
  { option: 'use_json', flags: ['--nouse-json'], value: 'false', help: 'log text' },
  {
    option: 'log_config_append',
    flags: ['--log-config-append <path>', '--log-config <path>', '--log_config <path>'],
    help: 'accepted, without effect',
  },
  { option: 'log_date_format', flags: ['--log-date-format <format>'], help: 'accepted, without effect' },
  {
    option: 'syslog_log_facility',
    flags: ['--syslog-log-facility <name>'],
    help: 'accepted, without effect',
  },
  ...onOrOff('use-journal', 'log to the journal of systemd, beside a log file too'),
  ...onOrOff('use-syslog', 'the same, for syslog has what the journal passes on'),
  ...onOrOff('watch-log-file', 'accepted, without effect'),
];

function onOrOff(name: string, help: string): readonly LoggingFlag[] {
  const option = name.replaceAll('-', '_');
  return [
    { option, flags: [`--${name}`], value: 'true', help },
    { option, flags: [`--no${name}`], value: 'false', help: `not --${name}` },
  ];
}

type RepeatedOptions = Partial<Record<'configFile' | 'configDir' | 'logLevel', readonly string[]>>;

const parseLevels = typed(logLevels.type);

function collectLevels(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, ...parseLevels(value)];
}

/** Adds the options that say where the configuration is, and parses the command line. */
export function parseConfigurationOptions(command: Command): Configuration {
  const overrides: Record<string, string> = {};
  command
    .option('--config-file <path>', 'configuration file; may be repeated, the later one wins', collect)
    .option('--config-dir <path>', 'directory of which all *.conf are read, after the files', collect)
    .option(
      '--log-level <component=LEVEL>',
      'level of a part of the program, in place of default_log_levels; may be repeated',
      collectLevels,
    );
  for (const { option, flags, value, help } of LOGGING_FLAGS) {
    for (const [index, flag] of flags.entries()) {
      const added = command.createOption(flag, help);
      // Older spellings work, and are not worth a line of help.
      command.addOption(index === 0 ? added : added.hideHelp());
      command.on(`option:${added.name()}`, (argument: string | null) => {
        overrides[option] = argument ?? value ?? '';
      });
    }
  }
  command.parse();
  const { configFile = [], configDir = [], logLevel = [] } = command.opts<RepeatedOptions>();
  if (logLevel.length > 0) overrides[logLevels.name] = logLevel.join(',');
  const loaded = loadConfiguration({
    files: configFile,
    directories: configDir,
    defaultFile: DEFAULT_FILE,
    overrides,
    interfaceAddress: systemInterfaceAddress,
  });
  if (loaded.ok) return loaded.value;
  for (const fault of loaded.fault) console.error(`${command.name()}: ${formatConfigurationFault(fault)}`);
  return process.exit(EXIT_FAILURE);
}
