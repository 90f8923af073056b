import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiClient } from '../api-client.ts';
import { startProgram } from '../programs.ts';
import { answers, type Daemon, type DaemonOptions } from './daemon.ts';
import { AS_NUMBER } from './gobgp.ts';

/**
 * The Python daemon that this one succeeds, of the Debian package python3-networking-bagpipe, with dataplane drivers
 * that do nothing. It makes the interfaces that plug an E-VPN into an IP VPN whatever the drivers: its commands are handed
 * to a program that does nothing. Waits until its API answers.
 */
export async function startOriginal(options: Omit<DaemonOptions, 'configuration' | 'api'>): Promise<Daemon> {
  const configurationFile = join(options.directory, `${options.name}.conf`);
  writeFileSync(configurationFile, configuration(options));
  const program = startProgram(
    options.name,
    ['/usr/bin/bagpipe-bgp', '--config-file', configurationFile],
    options,
  );
  const api = apiClient({ host: '127.0.0.1', port: options.apiPort });
  await answers(options.name, program, api);
  return { program, api, configurationFile };
}

function configuration({ address, peers, bgpPort, apiPort }: Omit<DaemonOptions, 'configuration'>): string {
  return `
[DEFAULT]
default_log_levels = networking_bagpipe=WARNING
[API]
host = 127.0.0.1
port = ${apiPort}
[BGP]
local_address = ${address}
peers = ${peers.join(',')}
my_as = ${AS_NUMBER}
bgp_port = ${bgpPort}
enable_rtc = True
[COMMON]
root_helper = /bin/true
[DATAPLANE_DRIVER_IPVPN]
dataplane_driver = dummy
[DATAPLANE_DRIVER_EVPN]
dataplane_driver = dummy
`;
}
