import type { Command } from 'commander';
import { formatConfigurationFault } from '../../conf/fault.ts';
import { readToolSettings, type ToolSettings } from '../../conf/tool-settings.ts';
import { EXIT_FAILURE } from './command.ts';

/** What the configuration says to a client; files named with `--config-file` must be readable and right. */
export function toolSettings(command: Command): ToolSettings {
  const { configFile = [] } = command.opts<{ readonly configFile?: readonly string[] }>();
  const settings = readToolSettings(configFile);
  if (settings.ok) return settings.value;
  for (const fault of settings.fault) console.error(`${command.name()}: ${formatConfigurationFault(fault)}`);
  return process.exit(EXIT_FAILURE);
}
