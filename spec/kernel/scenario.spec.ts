import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hasWideRegisters } from '../lab/user-mode-linux.ts';
import { missingPackages } from '../run/debian-packages.ts';
import { cleanUp } from '../support/at-exit.ts';
import { eventually } from '../support/eventually.ts';
import { needs, needsRoot } from '../support/needs.ts';
import { type Program, startProgram } from '../support/programs.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** A scenario that asks for a kernel which this machine may not have, and which therefore brings one along. */
const TITLE = 'a scenario with a kernel of its own';
const scenario = suite(TITLE);

const FILE = `title: Two machines in one VRF
nodes:
  a: { ipvpn: linux }
attachments:
  one: { node: a, port: netns, network-type: ipvpn, vpn-instance-id: red, netns: one, ip: 11.0.0.1 }
  two: { node: a, port: netns:to-two, network-type: ipvpn, vpn-instance-id: red, netns: two, ip: 11.0.0.2 }
steps:
  - reaches: { from: one, to: two }
`;

/** In milliseconds. */
const PATIENCE = 120_000;

/** Starts it; all that it starts has the path of the directory in its command line, or ends with what has. */
function start(): { readonly program: Program; readonly directory: string } {
  const directory = temporaryDirectory().path;
  const file = join(directory, 'red.yaml');
  writeFileSync(file, FILE);
  const main = join(import.meta.dirname, '../scenario/main.ts');
  const program = startProgram('scenario', ['node', '--import', 'tsx', main, file], {
    directory,
    environment: { TMPDIR: directory },
  });
  return { program, directory };
}

function processesOf(directory: string): readonly string[] {
  return readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      return readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(directory);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

scenario.after(cleanUp);

scenario('its output comes through, and its status', async () => {
  const { program, directory } = start();
  const timer = setTimeout(() => void program.stop(), PATIENCE);
  const { status } = await program.ended;
  clearTimeout(timer);
  assert.is(status, 0, program.output());
  assert.match(
    program.output(),
    /^Two machines in one VRF\n[^]*✓ ping {2}one → two 11.0.0.2 [^]*\n1 of 1 checks hold$/m,
  );
  assert.not.match(program.output(), '\u001b');
  assert.equal(processesOf(directory), []);
});

scenario('it is interrupted while it runs: nothing is left', async () => {
  const { program, directory } = start();
  await eventually('it has begun', () => assert.match(program.output(), 'Two machines'), PATIENCE);
  assert.is.not(processesOf(directory).length, 0);
  assert.is((await program.stop('SIGINT')).status, 130);
  await eventually('all have ended', () => assert.equal(processesOf(directory), []), 5000);
});

const missing = missingPackages([
  ...(['user-mode-linux', 'kmod', 'gobgpd', 'iproute2', 'iputils-ping', 'procps', 'tcpdump'] as const),
  ...(hasWideRegisters() ? (['gcc'] as const) : []),
]);
// Where no other kernel is needed.
const isAllowed = !existsSync('/proc/sys/net/mpls') || needsRoot(TITLE);
if (isAllowed && needs(TITLE, missing.length === 0, missing.join(', '))) scenario.run();
