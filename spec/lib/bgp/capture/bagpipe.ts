import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePathAttributes } from '../../../../lib/bgp/attribute/make-path-attributes.ts';
import { RTC } from '../../../../lib/bgp/family.ts';
import { encodeRtc } from '../../../../lib/bgp/nlri/rtc.ts';
import { encodeUpdates } from '../../../../lib/bgp/update.ts';
import { eventually } from '../../../support/eventually.ts';
import { run, startProgram } from '../../../support/programs.ts';
import type { GoldenCase } from './golden-file.ts';
import { acceptPeer, AS_NUMBER } from './scripted-peer.ts';

const ADDRESS = '127.0.0.41';
const PEER = '127.0.0.42';
const PORT = 17941;
const API_PORT = 17942;

const RTS = { import_rt: ['64512:1'], export_rt: ['64512:1'] };
const IPVPN = {
  ...{ vpn_type: 'ipvpn', vpn_instance_id: 'v1', gateway_ip: '10.0.0.254', ...RTS },
  ...{ mac_address: '52:54:00:00:00:01', local_port: { linuxif: 'tap1' } },
};
const EVPN = {
  ...{ vpn_type: 'evpn', vpn_instance_id: 'e1', vni: 500, ...RTS },
  ...{ mac_address: '52:54:00:00:00:02', local_port: { linuxif: 'tap2' } },
};

/** Requests in their order; what the daemon says to its peers after each. */
const REQUESTS: readonly (readonly [name: string, path: string, body: Readonly<Record<string, unknown>>])[] =
  [
    ['ipvpn-attach', 'attach_localport', { ...IPVPN, ip_address: '10.0.0.1/24' }],
    ['ipvpn-detach', 'detach_localport', { ...IPVPN, ip_address: '10.0.0.1/24' }],
    ['evpn-attach', 'attach_localport', { ...EVPN, ip_address: '10.9.0.1/24' }],
    ['evpn-detach', 'detach_localport', { ...EVPN, ip_address: '10.9.0.1/24' }],
  ];

/** The Python daemon that this one succeeds, with dataplane drivers that do nothing. */
export async function captureBagpipe(directory: string): Promise<{
  readonly version: string;
  readonly cases: readonly GoldenCase[];
}> {
  const version = (await run(['bagpipe-bgp', '--version'])).trim();
  const configuration = join(directory, 'bagpipe.conf');
  writeFileSync(configuration, CONFIGURATION);
  const accepted = acceptPeer(PORT, { address: PEER });
  const program = startProgram('bagpipe', ['bagpipe-bgp', '--config-file', configuration], { directory });
  const peer = await accepted;
  const cases: GoldenCase[] = [{ name: 'open', how: 'its OPEN', messages: [peer.open] }];
  const all = { family: RTC, ...encodeRtc('default'), attributes: makePathAttributes({}, PEER) };
  peer.send(...encodeUpdates([all], { fourOctetAs: false }));
  for (const [name, path, body] of REQUESTS) {
    await eventually(name, () => post(path, body), 20_000);
    const how = `POST /${path} ${JSON.stringify(body)}`;
    cases.push({ name, how, messages: await peer.take() });
  }
  peer.close();
  await program.stop();
  return { version, cases };
}

async function post(path: string, body: Readonly<Record<string, unknown>>): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${API_PORT}/${path}`, {
    ...{ method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } },
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

const CONFIGURATION = `
[API]
host = 127.0.0.1
port = ${API_PORT}
[BGP]
local_address = ${ADDRESS}
peers = ${PEER}
my_as = ${AS_NUMBER}
bgp_port = ${PORT}
enable_rtc = True
[COMMON]
root_helper =
[DATAPLANE_DRIVER_IPVPN]
dataplane_driver = dummy
[DATAPLANE_DRIVER_EVPN]
dataplane_driver = dummy
`;
