#!/usr/bin/env node
import type { Command } from 'commander';
import { apiUrl } from '../lib/cli/api-url.ts';
import type { RestAttachArguments } from '../lib/cli/rest-attach/arguments.ts';
import { plan as planFrom } from '../lib/cli/rest-attach/plan.ts';
import { createCommand, EXIT_FAILURE, EXIT_USAGE } from './support/command.ts';
import { addRestAttachOptions } from './support/rest-attach-options.ts';
import { restAttach } from './support/rest-attach.ts';
import { toolSettings } from './support/tool-settings.ts';

/** Attaches a port to a VPN instance by hand, or detaches it. */
const HELP = `
Examples:
  bagpipe-rest-attach --attach --network-type ipvpn --port tap1 --ip 10.0.0.1 --rt 64512:1
  bagpipe-rest-attach --attach --network-type evpn --vpn-instance-id blue \\
      --port tap2 --mac 52:54:00:00:00:02 --ip 10.1.0.2 --rt 64512:2
  sudo bagpipe-rest-attach --attach --network-type evpn --vpn-instance-id blue --port netns --ip 10.1.0.3 --rt 64512:2
      makes the network namespace blue, whose interface tovpn is in the E-VPN blue

  bagpipe-rest-attach --attach --network-type ipvpn --vpn-instance-id out \\
      --port evpn:blue --ip 10.1.0.254 --gateway-ip 10.1.0.254 --rt 64512:3
      plugs the E-VPN blue, which has a port already, into the IP VPN out: that is its gateway

  bagpipe-rest-attach --attach --network-type ipvpn --vpn-instance-id transit \\
      --port tap4 --mac 52:54:00:00:00:04 --ip 10.4.0.1 --rt 64512:4 \\
      --readv-from-rt 64512:4 --readv-to-rt 64512:5
      routes with 64512:4 are advertised again with 64512:5, leading to tap4

  bagpipe-rest-attach --attach --network-type ipvpn --vpn-instance-id proxy \\
      --port tap6 --mac 52:54:00:00:00:06 --ip 10.6.0.1 --rt 64512:6 \\
      --redirect-rts 64512:7 --protocol tcp --destination-port 80 \\
      --attract-to-rt 64512:8 --static-destination-prefix 203.0.113.0/24
      VRFs that import 64512:7 send their web traffic for 203.0.113.0/24 to tap6

  bagpipe-rest-attach --detach ...        with the options of the attach

Route targets are those of the instance, not of the port: the last attach decides for all of its ports. What is
advertised again and attracted is decided by the first attach.

Prints the request and the answer. Exit status: 0 if the daemon has done it; 1 if it has not, or a command has failed;
2 for wrong usage.`;

interface ApiOptions {
  readonly apiHost?: string;
  readonly apiPort?: number;
}

const command: Command = addRestAttachOptions(
  createCommand('bagpipe-rest-attach', 'Attach a port to a VPN instance of bagpipe-bgp, or detach it.'),
)
  .usage('(--attach | --detach) --network-type (ipvpn | evpn) --port <port> --ip <address> [options]')
  .addHelpText('after', HELP)
  .parse();

const plan = planFrom(command.opts<RestAttachArguments>());
if (!plan.ok) command.error(`error: ${plan.fault}`, { exitCode: EXIT_USAGE });

const { apiHost, apiPort } = command.opts<ApiOptions>();
const settings = toolSettings(command);
const result = await restAttach({
  args: command.opts<RestAttachArguments>(),
  plan: plan.value,
  api: apiUrl(apiHost ?? settings.apiHost, apiPort ?? settings.apiPort),
  rootHelper: settings.rootHelper,
});
if (!result.ok) {
  console.error(result.fault);
  process.exitCode = EXIT_FAILURE;
}
