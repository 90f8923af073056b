import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type MplsKernel, mplsKernel } from '../lab/mpls-kernel.ts';
import { hasWideRegisters } from '../lab/user-mode-linux.ts';
import { missingPackages } from '../run/debian-packages.ts';
import { readTally } from '../run/tally.ts';
import { cleanUp } from '../support/at-exit.ts';
import { needs } from '../support/needs.ts';

/** Specs that need a kernel with MPLS and VRFs are in this directory. */
const DIRECTORY = 'spec/kernel/inside';

/** In seconds. */
const PATIENCE = 400;

/**
 * Runs those of them whose names are `selected` on the kernel of this machine if it has both, else inside of a User-Mode
 * Linux. Their summaries count as those of this process.
 */
export function runInside(title: string, selected: (name: string) => boolean): void {
  const kernel = suite(title);
  const names = readdirSync(join(import.meta.dirname, 'inside'))
    .map((file) => file.replace(/\.spec\.ts$/, ''))
    .filter(selected);
  let machine: MplsKernel;

  kernel('there is a Linux with MPLS and VRFs', async () => {
    machine = await mplsKernel();
    const modules = ['mpls_router', 'mpls_iptunnel', 'vrf'].map((name) => `/sys/module/${name}`);
    assert.is((await machine.run(['ls', '-d', ...modules])).status, 0);
  });

  kernel.after(cleanUp);

  for (const name of names) {
    kernel(name, async () => {
      const { status, output } = await machine.run(
        ['node', '--import', 'tsx', `${DIRECTORY}/${name}.spec.ts`],
        {
          patience: PATIENCE,
          environment: { CI: 'true' },
          onOutput: (text) => process.stdout.write(text),
        },
      );
      const { failed, skipped } = readTally(output, status);
      assert.is(failed + skipped, 0, `${failed} failed, ${skipped} skipped, status ${status ?? 'none'}`);
    });
  }

  const missing = missingPackages([
    ...(['user-mode-linux', 'kmod', 'frr', 'gobgpd', 'openvswitch-switch', 'iproute2'] as const),
    ...(['iputils-ping', 'procps', 'tcpdump', 'ethtool'] as const),
    ...(hasWideRegisters() ? (['gcc'] as const) : []),
  ]);
  if (needs(title, missing.length === 0, missing.join(', '))) kernel.run();
}
