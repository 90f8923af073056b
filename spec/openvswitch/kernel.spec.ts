import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hasWideRegisters, UserModeLinux } from '../lab/user-mode-linux.ts';
import { missingPackages } from '../run/debian-packages.ts';
import { readTally } from '../run/tally.ts';
import { cleanUp } from '../support/at-exit.ts';
import { needs } from '../support/needs.ts';

/**
 * Specs of this directory, once more where Open vSwitch forwards in the kernel: inside of a User-Mode Linux. Their
 * summaries count as those of this process. All pass there, and take too long; this one differs most from user space, which
 * has no tunnels of the kernel.
 */
const SPECS = ['ipvpn-encapsulations'];

/** In seconds; a spec takes about ten times as long as in user space. */
const PATIENCE = 600;

const kernel = suite('kernel datapath');

let machine: UserModeLinux;

kernel('a Linux with the modules is started', async () => {
  machine = await UserModeLinux.boot();
  const { status } = await machine.run([
    'test',
    '-d',
    '/sys/module/openvswitch',
    '-a',
    '-d',
    '/sys/module/mpls_router',
  ]);
  assert.is(status, 0, 'the modules are there');
});

kernel.after(cleanUp);

kernel('a command has its words, its output and its status', async () => {
  const script = 'for word; do echo "$word"; sleep 0.1; done; pwd; exit 7';
  const heard: string[] = [];
  const end = await machine.run(['sh', '-c', script, 'sh', 'one', "it's two"], {
    directory: '/usr/lib',
    onOutput: (text) => heard.push(text),
  });
  assert.equal(end, { status: 7, output: "one\nit's two\n/usr/lib\n" });
  assert.is(heard.join(''), end.output);
  assert.ok(heard.length > 1, 'it comes as it is written');
});

kernel('a command that takes too long is ended', async () => {
  assert.is((await machine.run(['sleep', '60'], { patience: 1 })).status, 124);
  assert.is((await machine.run(['true'])).status, 0);
});

for (const name of SPECS) {
  kernel(`${name}.spec.ts`, async () => {
    const command = ['node', '--import', 'tsx', `spec/openvswitch/${name}.spec.ts`];
    const { status, output } = await machine.run(command, {
      patience: PATIENCE,
      environment: { CI: 'true' },
      onOutput: (text) => process.stdout.write(text),
    });
    const { failed, skipped } = readTally(output, status);
    assert.is(failed + skipped, 0, `${failed} failed, ${skipped} skipped, status ${status ?? 'none'}`);
  });
}

kernel('a machine that ends leaves its command without a status', async () => {
  const command = machine.run(['sleep', '60']);
  await machine.stop();
  assert.is((await command).status, null);
});

const missing = missingPackages(['user-mode-linux', ...(hasWideRegisters() ? (['gcc'] as const) : [])]);
if (needs('kernel datapath', missing.length === 0, missing.join(', '))) kernel.run();
