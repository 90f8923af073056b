import { COMPONENTS, parseComponentLevel } from '../../lib/log-level.ts';
import { option, optionWithoutDefault, type Option } from '../option.ts';
import { z } from 'zod';
import { boolean, integer, listOf, optionalText, text, type ValueType } from '../value-type.ts';

/**
 * The section [DEFAULT]: the options of oslo.log, which configurations of the original carry. Few of them make sense
 * for a program that writes its log to standard output or to one file; the others are accepted, so that such a
 * configuration is not refused, and setting one gives a warning.
 */

export const debug = option('DEFAULT', 'debug', {
  type: boolean,
  default: false,
  help: 'Log at level DEBUG in place of INFO.',
});

/** The text of a `ComponentLevel`. */
export const componentLevel: ValueType<string> = {
  parser: z.string().refine((item) => parseComponentLevel(item) !== undefined),
  expected: 'component=LEVEL with one of the levels DEBUG, INFO, WARNING, ERROR and CRITICAL',
  emptyMeansUnset: false,
};

export const logLevels = option('DEFAULT', 'default_log_levels', {
  type: listOf(componentLevel),
  default: [],
  help: `Levels of parts of the program, such as bgp=DEBUG, vpn.evi=WARNING: what is worse, or as bad, is written. A part is called by the name in its lines or by the beginning of that, up to a dot; they begin with ${COMPONENTS.join(', ')}. The longest name decides, debug where there is none. The looking glass has the last warnings and errors of all parts in any case.`,
});

export const logFile = optionWithoutDefault('DEFAULT', 'log_file', {
  type: optionalText,
  olderNames: ['logfile'],
  help: 'File that the log is appended to. Not set: the log goes to standard output.',
});

export const logDir = optionWithoutDefault('DEFAULT', 'log_dir', {
  type: optionalText,
  olderNames: ['logdir'],
  help: 'Directory of a relative log_file; alone, the log file is bagpipe-bgp.log in it.',
});

export const useJson = option('DEFAULT', 'use_json', {
  type: boolean,
  default: false,
  help: 'Log one JSON object on each line.',
});

export const useJournal = option('DEFAULT', 'use_journal', {
  type: boolean,
  default: false,
  help: 'Log to the journal of systemd. Standard output of a unit leads there, and lines then have their priority, so that "journalctl -p warning" works, whatever is set here: the option makes a difference beside log_file, when the log goes to both.',
});

export const useSyslog = option('DEFAULT', 'use_syslog', {
  type: boolean,
  default: false,
  help: 'The same as use_journal: syslog gets from the journal what the system is set up to pass on.',
});

function unused<T extends string | number | boolean>(
  name: string,
  type: ValueType<T>,
  defaultValue: NoInfer<T>,
  help: string,
): Option<T> {
  return option('DEFAULT', name, { type, default: defaultValue, noEffect: true, help });
}

function unusedText(
  name: string,
  help: string,
  olderNames: readonly string[] = [],
): Option<string | undefined> {
  return optionWithoutDefault('DEFAULT', name, { type: optionalText, olderNames, noEffect: true, help });
}

const UNUSED = [
  unusedText('log_config_append', 'A Python logging file.', ['log-config', 'log_config']),
  unused('log_date_format', text, '%Y-%m-%d %H:%M:%S', 'Format of dates.'),
  unused('syslog_log_facility', text, 'LOG_USER', 'Facility of syslog.'),
  unused('use_eventlog', boolean, false, 'Log to the event log of another system.'),
  unused('use_stderr', boolean, false, 'Log to standard error.'),
  unused('watch_log_file', boolean, false, 'Open the log file again when it has been moved.'),
  unused('log_color', boolean, false, 'Colours.'),
  unused('log_rotate_interval', integer(0, 0xffffffff), 1, 'Interval of rotation.'),
  unused('log_rotate_interval_type', text, 'days', 'Unit of that interval.'),
  unused('log_rotation_type', text, 'none', 'How log files are rotated.'),
  unused('max_logfile_count', integer(0, 0xffffffff), 30, 'Number of rotated files.'),
  unused('max_logfile_size_mb', integer(0, 0xffffffff), 200, 'Size of a log file.'),
  unusedText('logging_context_format_string', 'Format of a line.'),
  unusedText('logging_default_format_string', 'Format of a line.'),
  unusedText('logging_debug_format_suffix', 'End of a line at DEBUG.'),
  unusedText('logging_exception_prefix', 'Start of a trace.'),
  unusedText('logging_user_identity_format', 'Format of a user.'),
  unusedText('instance_format', 'Format of an instance.'),
  unusedText('instance_uuid_format', 'Format of an instance.'),
  unused('publish_errors', boolean, false, 'Send errors as notifications.'),
  unused('rate_limit_interval', integer(0, 0xffffffff), 0, 'Limits the number of lines.'),
  unused('rate_limit_burst', integer(0, 0xffffffff), 0, 'Limits the number of lines.'),
  unused('rate_limit_except_level', text, 'CRITICAL', 'Level that is not limited.'),
  unused('fatal_deprecations', boolean, false, 'Stop at deprecations.'),
];

export const LOGGING_OPTIONS = [
  debug,
  logLevels,
  logFile,
  logDir,
  useJson,
  useJournal,
  useSyslog,
  ...UNUSED,
] as const;
