import type { Subscription } from 'rxjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Neighbours, type NeighboursOptions } from '../../../streams/sinks/neighbours.ts';
import { runProcess } from '../../../streams/sinks/run-batch.ts';
import { eventually, throughout } from '../../support/eventually.ts';
import { needsRoot } from '../../support/needs.ts';
import { Laboratory, type Namespace } from '../../support/network-namespace.ts';

/** Two nodes on a wire, and the table of the kernel of one of them. */
const test = suite<{
  lab: Laboratory;
  node: Namespace;
  peer: Namespace;
  subscriptions: Subscription[];
  /** The commands that were run, without the helper. */
  commands: string[];
  warnings: string[];
}>('neighbours: kernel');

const PEER = '10.77.0.2';
const OTHER = '10.77.0.3';
const NOBODY = '10.77.0.99';
const PEER_MAC = '02:00:00:00:00:02';
const NEW_MAC = '02:00:00:00:00:99';

test.before.each(async (context) => {
  context.lab = new Laboratory();
  context.subscriptions = [];
  context.commands = [];
  context.warnings = [];
  context.node = await context.lab.namespace('a');
  context.peer = await context.lab.namespace('b');
  await context.lab.link(context.node, 'underlay', context.peer, 'underlay');
  await context.node.script(`
    ip link set underlay address 02:00:00:00:00:01
    ip addr add 10.77.0.1/24 dev underlay
    ip addr add 10.77.9.9/32 dev lo
  `);
  await context.peer.script(`
    ip link set underlay address ${PEER_MAC}
    ip addr add ${PEER}/24 dev underlay
    ip addr add ${OTHER}/24 dev underlay
  `);
});

test.after.each(async ({ lab, subscriptions }) => {
  for (const subscription of subscriptions) subscription.unsubscribe();
  await lab.destroy();
});

interface Context {
  readonly node: Namespace;
  readonly subscriptions: Subscription[];
  readonly commands: string[];
  readonly warnings: string[];
}

function neighboursOf(
  { node, commands, warnings }: Context,
  options: Partial<NeighboursOptions> = {},
): Neighbours {
  const note = (message: unknown): unknown => warnings.push(String(message));
  return new Neighbours({
    run: async (words, input) => {
      commands.push([...words.slice(node.prefix.length), ...input.trim().split('\n')].join(' ').trim());
      return await runProcess(words, input);
    },
    rootHelper: node.prefix,
    localAddress: '10.77.0.1',
    log: { debug: note, info: note, warning: note, error: note },
    ...options,
  });
}

/** Collects what is emitted from now on. */
function follow({ subscriptions }: Context, neighbours: Neighbours): string[][] {
  const changes: string[][] = [];
  subscriptions.push(neighbours.changes$.subscribe((addresses) => changes.push([...addresses])));
  return changes;
}

const known = (mac: string): object => ({ ok: true, value: mac });

/** Ids of the processes in the namespace that follow its table. */
async function monitors({ node }: Context): Promise<readonly string[]> {
  const pids = (await node.run(`ip netns pids ${node.name}`)).split('\n').filter((pid) => pid !== '');
  const found: string[] = [];
  for (const pid of pids) {
    const { stdout } = await node.attempt(`ps -o args= -p ${pid}`);
    if (/ip -oneline monitor neigh dev underlay$/.test(stdout)) found.push(pid);
  }
  return found;
}

/** Until the process that follows the table listens, so that nothing of what comes is missed. */
async function isFollowed(context: Context): Promise<void> {
  await eventually('the table is followed', async () => {
    const [pid] = await monitors(context);
    // Netlink route, the process, the group of neighbours.
    assert.match(await context.node.run('cat /proc/net/netlink'), new RegExp(` 0 +${pid} +0*4 `));
  });
}

test('the interface that has the local address, and its MAC address', async (context) => {
  const neighbours = neighboursOf(context);
  assert.equal(neighbours.localMac(), { ok: false, fault: 'no interface with 10.77.0.1 is known' });
  const started = await neighbours.start();
  assert.is(started.ok && started.value.device, 'underlay');
  assert.equal(neighbours.localMac(), known('02:00:00:00:00:01'));
});

test('no interface, or none with Ethernet, is a failure', async (context) => {
  const fault = async (options: Partial<NeighboursOptions>): Promise<unknown> => {
    const started = await neighboursOf(context, options).start();
    return started.ok ? started.value : started.fault;
  };
  const reason = (text: string): object => ({ command: undefined, reason: `local address ${text}` });
  assert.equal(await fault({ localAddress: '10.77.0.7' }), reason('10.77.0.7: no interface has it'));
  assert.equal(
    await fault({ localAddress: '10.77.9.9' }),
    reason('10.77.9.9: bare MPLS needs it on an Ethernet interface, not on lo'),
  );
  assert.equal(await fault({ localAddress: 'eth0; id' }), reason('"eth0; id": not an IP address'));
  assert.equal(await fault({ rootHelper: ['false'] }), {
    command: 'false ip -json address show to 10.77.0.1',
    reason: 'Command failed with exit code 1: false ip -json address show to 10.77.0.1',
  });
});

test('neighbours are asked, and those that are known are not asked again', async (context) => {
  const neighbours = neighboursOf(context);
  await neighbours.start();
  await neighbours.resolve(new Set([PEER, OTHER]));
  assert.equal(neighbours.neighbourMac(PEER), known(PEER_MAC));
  assert.equal(neighbours.neighbourMac(OTHER), known(PEER_MAC));
  const looks = context.commands.filter((command) => command.includes('neigh show')).length;
  assert.ok(looks < 5, `waited for the answers that it had: ${looks} looks`);
  assert.is(context.commands.filter((command) => command.includes('use')).length, 1, 'in one go');
  const count = context.commands.length;
  await neighbours.resolve(new Set([PEER]));
  assert.is(context.commands.length, count);
  assert.equal(neighbours.neighbourMac(OTHER), {
    ok: false,
    fault: `nobody has asked for the MAC address of ${OTHER}`,
  });
  const table = await context.node.run(`ip neigh show ${PEER} dev underlay`);
  assert.match(table, /^10\.77\.0\.2 lladdr 02:00:00:00:00:02 REACHABLE *$/, 'an ordinary entry');
});

test('what the kernel knows already needs no question', async (context) => {
  await context.node.run(`ip neigh replace ${NOBODY} lladdr ${NEW_MAC} dev underlay nud permanent`);
  const neighbours = neighboursOf(context);
  await neighbours.start();
  await neighbours.resolve(new Set([NOBODY]));
  assert.equal(neighbours.neighbourMac(NOBODY), known(NEW_MAC));
  assert.not.ok(context.commands.some((command) => command.includes('use')));
});

test('who does not answer is named, after 0.3 s, and not waited for again', async (context) => {
  const neighbours = neighboursOf(context);
  await neighbours.start();
  const begin = performance.now();
  await neighbours.resolve(new Set([NOBODY, PEER]));
  const elapsed = performance.now() - begin;
  assert.ok(elapsed > 250 && elapsed < 1500, `${elapsed} ms`);
  assert.equal(neighbours.neighbourMac(NOBODY), {
    ok: false,
    fault: `${NOBODY} does not answer on underlay`,
  });
  assert.equal(neighbours.neighbourMac(PEER), known(PEER_MAC));
  const count = context.commands.length;
  await neighbours.resolve(new Set([NOBODY, PEER]));
  assert.is(context.commands.length, count);
});

test('what is no address never reaches a command', async (context) => {
  const neighbours = neighboursOf(context);
  await neighbours.start();
  await neighbours.resolve(new Set(['10.0.0.1 dev lo\nlink del dev underlay']));
  assert.not.ok(neighbours.neighbourMac('10.0.0.1 dev lo\nlink del dev underlay').ok);
  assert.match(await context.node.run('ip link show dev underlay'), /underlay/);
});

test('one who comes later is known as soon as it answers', async (context) => {
  const neighbours = neighboursOf(context, { askAgain: 300 });
  await neighbours.start();
  const changes = follow(context, neighbours);
  await neighbours.resolve(new Set([NOBODY]));
  assert.not.ok(neighbours.neighbourMac(NOBODY).ok);
  await context.peer.run(`ip addr add ${NOBODY}/24 dev underlay`);
  await eventually('it is known', () => assert.equal(neighbours.neighbourMac(NOBODY), known(PEER_MAC)));
  assert.equal(changes, [[NOBODY]]);
});

test('one who announces another MAC address is followed', async (context) => {
  // Without the questions that come from time to time.
  const neighbours = neighboursOf(context, { askAgain: 3_600_000 });
  await neighbours.start();
  const changes = follow(context, neighbours);
  await isFollowed(context);
  await neighbours.resolve(new Set([PEER]));
  assert.equal(changes, [], 'what resolve waits for is no change');
  await context.peer.run('sysctl -w net.ipv4.conf.underlay.arp_notify=1');
  await eventually('the new address is known', async () => {
    // The kernel does not believe in a change within a second of the last one.
    await context.peer.script(`
      ip link set underlay down
      ip link set underlay address ${NEW_MAC} up
    `);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(neighbours.neighbourMac(PEER), known(NEW_MAC));
  });
  assert.equal(changes, [[PEER]]);
  await neighbours.resolve(new Set([PEER]));
  assert.equal(neighbours.neighbourMac(PEER), known(NEW_MAC));
});

test('one who changes its MAC address and does not say so is found out', async (context) => {
  await context.node.script(`
    sysctl -w net.ipv4.neigh.underlay.base_reachable_time_ms=500
    sysctl -w net.ipv4.neigh.underlay.delay_first_probe_time=0
    sysctl -w net.ipv4.neigh.underlay.retrans_time_ms=100
  `);
  const neighbours = neighboursOf(context, { askAgain: 300 });
  await neighbours.start();
  const changes = follow(context, neighbours);
  await neighbours.resolve(new Set([PEER]));
  await context.peer.run(`ip link set underlay address ${NEW_MAC}`);
  await eventually('the new address is known', () =>
    assert.equal(neighbours.neighbourMac(PEER), known(NEW_MAC)),
  );
  assert.equal(changes, [[PEER]]);
});

test('a MAC address outlives the entry of the kernel', async (context) => {
  const neighbours = neighboursOf(context, { askAgain: 200 });
  await neighbours.start();
  const changes = follow(context, neighbours);
  await neighbours.resolve(new Set([PEER]));
  await context.peer.run('ip link set underlay down');
  await context.node.run('ip neigh flush dev underlay');
  await throughout('it is known', () => assert.equal(neighbours.neighbourMac(PEER), known(PEER_MAC)), 1500);
  assert.equal(changes, []);
});

test('another MAC address of our own is a change for all', async (context) => {
  const neighbours = neighboursOf(context, { askAgain: 200 });
  await neighbours.start();
  const changes = follow(context, neighbours);
  await neighbours.resolve(new Set([PEER, OTHER]));
  await context.node.run(`ip link set underlay address ${NEW_MAC}`);
  await eventually('it is known', () => assert.equal(neighbours.localMac(), known(NEW_MAC)));
  assert.equal(changes, [[PEER, OTHER]]);
});

test('it is one also while nobody is asked for: others send to it all the same', async (context) => {
  const neighbours = neighboursOf(context, { askAgain: 200 });
  await neighbours.start();
  const changes = follow(context, neighbours);
  await context.node.run(`ip link set underlay address ${NEW_MAC}`);
  await eventually('it is known', () => assert.equal(neighbours.localMac(), known(NEW_MAC)));
  assert.equal(changes, [[]]);
});

test('an interface that is made anew is followed again', async (context) => {
  const neighbours = neighboursOf(context, { askAgain: 200 });
  await neighbours.start();
  follow(context, neighbours);
  await isFollowed(context);
  await neighbours.resolve(new Set([PEER]));
  const [before] = await monitors(context);
  await context.node.run('ip link del underlay');
  await eventually('that is said', () => assert.ok(context.warnings.length > 0));
  await throughout(
    'and not again and again',
    () => assert.ok(context.warnings.length <= 3, context.warnings.join('\n')),
    1000,
  );
  await context.lab.link(context.node, 'underlay', context.peer, 'underlay');
  await context.node.run('ip addr add 10.77.0.1/24 dev underlay');
  await context.peer.script(`
    ip link set underlay address ${NEW_MAC}
    ip addr add ${PEER}/24 dev underlay
  `);
  await eventually('its neighbour is known', () =>
    assert.equal(neighbours.neighbourMac(PEER), known(NEW_MAC)),
  );
  await eventually('there is another monitor', async () => {
    const [now, ...others] = await monitors(context);
    assert.equal(others, []);
    assert.ok(now !== undefined && now !== before);
  });
});

test('a monitor that ends is started again, and none is left at the end', async (context) => {
  const neighbours = neighboursOf(context);
  await neighbours.start();
  follow(context, neighbours);
  await isFollowed(context);
  const [first] = await monitors(context);
  process.kill(Number(first), 'SIGKILL');
  await eventually('there is another one', async () => {
    const [second] = await monitors(context);
    assert.ok(second !== undefined && second !== first);
  });
  for (const subscription of context.subscriptions) subscription.unsubscribe();
  await eventually('it is gone', async () => assert.equal(await monitors(context), []));
});

if (needsRoot('neighbours: kernel')) test.run();
