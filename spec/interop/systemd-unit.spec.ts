import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { apiClient } from '../support/api-client.ts';
import { cleanUp } from '../support/at-exit.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { needs, needsRoot } from '../support/needs.ts';
import { Laboratory, type Namespace } from '../support/network-namespace.ts';
import { attempt, inNamespace, type Place, type Program, startProgram } from '../support/programs.ts';
import { builtCommand } from '../support/speakers/daemon.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/**
 * The systemd unit: what systemd says of it, and what happens when the daemon is started and ended as the unit says.
 * systemd itself does not run here.
 */
const UNIT = join(import.meta.dirname, '../../conf/systemd/bagpipe-bgp.service');

const unit = suite('systemd unit');

/** Values by key; a later line with the same key replaces the earlier one. */
function readUnit(): ReadonlyMap<string, string> {
  const lines = readFileSync(UNIT, 'utf8').split('\n');
  return new Map(
    lines
      .map((line) => /^([A-Za-z]+)=(.*)$/.exec(line))
      .filter((match) => match !== null)
      .map((match) => [match[1]!, match[2]!]),
  );
}

const settings = readUnit();

function setting(key: string): string {
  const value = settings.get(key);
  if (value === undefined) throw new Error(`${key} is not in the unit`);
  return value;
}

/** The command of the unit, with our build and this configuration file in place of what is installed. */
function startCommand(configurationFile: string): string[] {
  const [program, ...words] = setting('ExecStart').split(' ');
  assert.is(program, '/usr/bin/bagpipe-bgp');
  assert.ok(words.includes('/etc/bagpipe-bgp/bgp.conf'));
  return [
    ...builtCommand('bagpipe-bgp'),
    ...words.map((word) => (word === '/etc/bagpipe-bgp/bgp.conf' ? configurationFile : word)),
  ];
}

function signal(key: string): NodeJS.Signals {
  const name = setting(key);
  assert.ok(name === 'SIGTERM' || name === 'SIGKILL', name);
  return name;
}

unit.after(cleanUp);

const hasSystemd = (await attempt(['systemd-analyze', '--version'])).status === 0;
if (needs('what systemd says of its unit', hasSystemd, 'systemd-analyze')) {
  unit('systemd finds nothing wrong with it', async () => {
    // It looks for the program, which need not be installed here.
    const copy = join(temporaryDirectory().path, 'bagpipe-bgp.service');
    writeFileSync(copy, readFileSync(UNIT, 'utf8').replace('/usr/bin/bagpipe-bgp', process.execPath));
    assert.equal(await attempt(['systemd-analyze', 'verify', copy]), { status: 0, output: '' });
  });
}

unit('the program has the options of its command', async () => {
  const { output } = await attempt([...builtCommand('bagpipe-bgp'), '--help']);
  for (const option of setting('ExecStart').match(/--[a-z-]+/g) ?? []) assert.match(output, `${option} `);
});

unit('its command starts a daemon that answers, and ends well within the time that it has', async () => {
  const directory = temporaryDirectory().path;
  const configuration = join(directory, 'bgp.conf');
  const port = await freePort();
  writeFileSync(
    configuration,
    `[API]\nport = ${port}\n[BGP]\nlocal_address = 127.0.0.1\nmy_as = 64512\npeers = 127.0.0.99\n`,
  );
  const program = startProgram('unit', startCommand(configuration), { directory });
  const api = apiClient({ host: '127.0.0.1', port });
  await eventually('answers', async () => assert.is((await api.send('GET', '/ping')).status, 200), 20_000);
  // What it writes to standard output is what the journal gets.
  assert.match(program.output(), /INFO .*API on http/);
  const patience = Number(setting('TimeoutStopSec')) * 1000;
  assert.equal(await program.stop(signal('KillSignal'), patience), { status: 0, signal: null });
});

unit('wrong usage has the status that no restart follows', async () => {
  const { status } = await attempt([...builtCommand('bagpipe-bgp'), '--nonsense']);
  assert.is(status, Number(setting('RestartPreventExitStatus')));
});

if (needsRoot('systemd unit: what becomes of the dataplane')) {
  /** The words that leave a program with what the unit leaves to it, as root and as another user. */
  const capability = setting('CapabilityBoundingSet').toLowerCase().replace('cap_', '+');
  const bounds = ['setpriv', '--no-new-privs', `--bounding-set=-all,${capability}`];
  const users: readonly (readonly [string, Place])[] = [
    ['root', [...bounds, '--inh-caps=-all']],
    [
      'another user',
      [
        ...bounds,
        ...['--reuid=65534', '--regid=65534', '--clear-groups'],
        ...[`--inh-caps=-all,${capability}`, `--ambient-caps=-all,${capability}`],
      ],
    ],
  ];
  for (const [user, place] of users) {
    unit(`as ${user}: a restart leaves the dataplane, a stop removes it`, async () => {
      const laboratory = new Laboratory();
      try {
        await restartAndStop(await laboratory.namespace('node'), place);
      } finally {
        await laboratory.destroy();
      }
    });
  }
}

interface Link {
  readonly ifindex: number;
  readonly ifname: string;
  readonly master?: string;
}

async function restartAndStop(node: Namespace, place: Place): Promise<void> {
  await node.run('ip link add underlay type veth peer name network');
  await node.run('ip addr add 192.0.2.11/24 dev underlay');
  await node.run('ip link set underlay up');
  await node.run('ip link add tap1 type veth peer name machine');
  // The other user has to find it too.
  const directory = temporaryDirectory().path;
  await attempt(['chmod', '755', directory]);
  const configuration = join(directory, 'bgp.conf');
  writeFileSync(
    configuration,
    '[BGP]\nlocal_address = 192.0.2.11\nmy_as = 64512\n[COMMON]\nroot_helper =\n' +
      '[DATAPLANE_DRIVER_EVPN]\ndataplane_driver = linux\n',
  );
  const inNode = inNamespace(node.name);
  const lookingGlass = [...builtCommand('bagpipe-looking-glass'), 'summary'];
  const start = async (name: string): Promise<Program> => {
    const program = startProgram(name, startCommand(configuration), {
      directory,
      place: [...inNode, ...place],
    });
    await eventually(`${name} answers`, async () => {
      assert.ok(program.isRunning(), program.output());
      assert.is((await attempt(lookingGlass, inNode)).status, 0);
    });
    return program;
  };
  const attachment = [
    ...['--attach', '--network-type', 'evpn', '--port', 'tap1', '--mac', '52:54:00:00:00:01'],
    ...['--ip', '10.0.0.1', '--rt', '64512:1', '--vni', '100', '--config-file', configuration],
  ];
  const attach = async (): Promise<void> => {
    const { status, output } = await attempt([...builtCommand('bagpipe-rest-attach'), ...attachment], inNode);
    assert.is(status, 0, output);
  };
  const links = async (): Promise<Link[]> => (await node.json('ip -j link')) as Link[];
  const bridge = async (): Promise<Link | undefined> => {
    const all = await links();
    const master = all.find(({ ifname }) => ifname === 'tap1')?.master;
    return all.find(({ ifname }) => ifname === master);
  };

  const before = (await links()).map(({ ifname }) => ifname).sort();
  const first = await start('first');
  await attach();
  const made = await bridge();
  assert.ok(made, 'the port is in a bridge');
  await first.stop(signal('RestartKillSignal'));
  assert.equal(await bridge(), made);
  const second = await start('second');
  assert.equal(await bridge(), made);
  await attach();
  assert.equal(await bridge(), made);
  const patience = Number(setting('TimeoutStopSec')) * 1000;
  assert.equal(await second.stop(signal('KillSignal'), patience), { status: 0, signal: null });
  assert.is(await bridge(), undefined);
  assert.equal((await links()).map(({ ifname }) => ifname).sort(), before);
}

unit.run();
