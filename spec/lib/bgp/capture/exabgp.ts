import { closeSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, startProgram } from '../../../support/programs.ts';
import type { GoldenCase } from './golden-file.ts';
import { acceptPeer, AS_NUMBER } from './scripted-peer.ts';

const ADDRESS = '127.0.0.31';
const PEER = '127.0.0.32';
const PORT = 17931;

const ROUTES: readonly (readonly [name: string, words: string])[] = [
  [
    'vpnv4',
    'route 10.1.0.0/24 rd 192.0.2.1:1 label 100 next-hop 192.0.2.1 med 5 local-preference 150 extended-community [ target:64512:1 ]',
  ],
  [
    'vpnv4-two-labels',
    'route 10.2.0.0/16 rd 64512:1 label [ 100 101 ] next-hop 192.0.2.1 as-path [ 64513 64514 ] extended-community [ target:64512:1 target:64512:2 ]',
  ],
  [
    'flowspec',
    'flow route { rd 192.0.2.1:5; match { destination 20.0.0.0/24; protocol tcp; destination-port [ >=80&<=90 =443 ]; } then { redirect 64512:99; } }',
  ],
];

/** exabgp, which connects to the scripted peer; its commands come from a process of its own. */
export async function captureExabgp(directory: string): Promise<{
  readonly version: string;
  readonly cases: readonly GoldenCase[];
}> {
  const version = (await run(['exabgp', '--version'])).split('\n')[0]!;
  const pipe = join(directory, 'exabgp.commands');
  const configuration = join(directory, 'exabgp.conf');
  await run(['mkfifo', pipe]);
  writeFileSync(configuration, configure(pipe));
  const settings = {
    ...{ 'exabgp.daemon.user': 'root', 'exabgp.tcp.port': `${PORT}`, 'exabgp.api.cli': 'false' },
    ...{ 'exabgp.api.ack': 'false', 'exabgp.daemon.drop': 'false' },
  };
  const environment = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const accepted = acceptPeer(PORT, { address: PEER });
  const program = startProgram('exabgp', ['env', ...environment, 'exabgp', configuration], { directory });
  const peer = await accepted;
  const cases: GoldenCase[] = [{ name: 'open', how: 'its OPEN', messages: [peer.open] }];
  cases.push({ name: 'end-of-rib', how: 'after the session has come up', messages: await peer.take() });
  for (const [name, words] of ROUTES) {
    for (const verb of ['announce', 'withdraw']) {
      writeFileSync(pipe, `${verb} ${words}\n`);
      cases.push({ name: `${name}-${verb}`, how: `${verb} ${words}`, messages: await peer.take() });
    }
  }
  // The process of commands waits for the next one; without a pipe there is none.
  const pipeEnd = openSync(pipe, 'w');
  unlinkSync(pipe);
  closeSync(pipeEnd);
  await program.stop();
  return { version, cases };
}

function configure(pipe: string): string {
  return `
process commands {
  run /bin/sh -c "while [ -p ${pipe} ]; do cat ${pipe}; done";
  encoder text;
}
neighbor ${PEER} {
  router-id ${ADDRESS};
  local-address ${ADDRESS};
  local-as ${AS_NUMBER};
  peer-as ${AS_NUMBER};
  family {
    ipv4 mpls-vpn;
    ipv4 flow-vpn;
    l2vpn evpn;
  }
  api {
    processes [ commands ];
  }
}
`;
}
