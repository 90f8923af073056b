import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanUp } from '../support/at-exit.ts';
import { evi, evpnPort } from '../support/attachments.ts';
import { eventually, throughout } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { assertEstablished, instanceRoutes, peer } from '../support/looking-glass.ts';
import { type Daemon, startDaemon } from '../support/speakers/daemon.ts';
import { type Gobgp, startGobgp } from '../support/speakers/gobgp.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** A reflector with the shortest hold time that BGP allows, so that silence is noticed soon. */
const holdTime = suite('hold time');

const REFLECTOR = '127.0.0.6';
const NODE = '127.0.0.4';

let reflector: Gobgp;
let node: Daemon;

holdTime('the speakers start', async () => {
  const files = { directory: temporaryDirectory().path };
  const port = await freePort(REFLECTOR);
  const apiPort = await freePort();
  reflector = await startGobgp({ ...files, name: 'strict', address: REFLECTOR, port, holdTime: 3 });
  node = await startDaemon({
    ...files,
    name: 'node',
    address: NODE,
    peers: [REFLECTOR],
    bgpPort: port,
    apiPort,
  });
});

holdTime.after(cleanUp);

holdTime('the smaller one counts, and keepalives keep the session', async () => {
  await eventually('established', () => assertEstablished(node.api, REFLECTOR));
  assert.is((await peer(node.api, REFLECTOR)).protocol.hold_time, 3);
  const [neighbour] = await reflector.neighbours();
  assert.is(neighbour?.holdTime, 3);
  await throughout('established', () => assertEstablished(node.api, REFLECTOR), 7000);
});

holdTime(
  'a peer that is silent for that long is given up, with its routes, until it speaks again',
  async () => {
    await node.api.attach(evpnPort(30, 1));
    const inject = (): Promise<void> =>
      reflector.inject(
        'evpn',
        'macadv 52:54:00:aa:30:01 10.30.0.9 etag 0 label 930 rd 192.0.2.1:3 rt 64512:30 encap vxlan nexthop 192.0.2.1',
      );
    const imported = async (): Promise<number> => (await instanceRoutes(node.api, evi(30))).length;
    await inject();
    await eventually('imported', async () => assert.is(await imported(), 1));
    process.kill(reflector.program.pid, 'SIGSTOP');
    try {
      await eventually('given up', async () => {
        assert.is.not((await peer(node.api, REFLECTOR)).protocol.state, 'Established');
        assert.is(await imported(), 0);
      });
    } finally {
      process.kill(reflector.program.pid, 'SIGCONT');
    }
    await eventually('established again', () => assertEstablished(node.api, REFLECTOR), 45_000);
    await eventually('imported again', async () => assert.is(await imported(), 1));
  },
);

holdTime.run();
