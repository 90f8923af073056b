import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * Debian packages that groups of specs use, each with a file that tells that it is there (looked for in the PATH
 * unless absolute), so that what was installed in another way counts too.
 */
const EVIDENCE = {
  gobgpd: ['gobgpd', 'gobgp'],
  frr: ['/usr/lib/frr/bgpd', 'vtysh'],
  bird2: ['bird', 'birdc'],
  systemd: ['systemd-analyze'],
  iproute2: ['ip', 'bridge'],
  'iputils-ping': ['ping'],
  tcpdump: ['tcpdump'],
  ethtool: ['ethtool'],
  'openvswitch-switch': [
    ...[
      '/usr/sbin/ovs-vswitchd',
      '/usr/sbin/ovsdb-server',
      'ovs-vsctl',
      'ovs-ofctl',
      'ovs-appctl',
      'ovsdb-tool',
    ],
    '/usr/share/openvswitch/vswitch.ovsschema',
  ],
  'user-mode-linux': ['linux.uml', '/usr/lib/uml/modules'],
  kmod: ['modprobe'],
  gcc: ['cc'],
  procps: ['sysctl'],
  python3: ['python3'],
  graphviz: ['dot'],
  curl: ['curl'],
  // The predecessor: what it says of its configuration is what ours is compared with.
  'python3-networking-bagpipe': ['/usr/lib/python3/dist-packages/networking_bagpipe/__init__.py'],
} as const satisfies Record<string, readonly string[]>;

export type DebianPackage = keyof typeof EVIDENCE;

export function missingPackages(wanted: readonly DebianPackage[]): DebianPackage[] {
  return [...new Set(wanted)].filter((name) => !EVIDENCE[name].every(isThere));
}

function isThere(file: string): boolean {
  if (isAbsolute(file)) return existsSync(file);
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return directories.some((directory) => existsSync(join(directory, file)));
}

/** Another apt-get may be at work, above all on a machine that has just started. */
const WAIT_FOR_LOCK = ['-o', 'DPkg::Lock::Timeout=120'];

/** Installs packages with apt-get, without questions, and without starting the services that they bring. */
export function installPackages(names: readonly DebianPackage[]): void {
  const withoutServices = forbidServices();
  try {
    for (const words of [
      ['update', '-qq'],
      ['install', '-qq', '--yes', '--no-install-recommends', ...WAIT_FOR_LOCK, ...names],
    ]) {
      const { status, error, stdout, stderr } = spawnSync('apt-get', words, {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
      if (status === 0) continue;
      // What is still missing decides which groups can run.
      const answer = error === undefined ? stdout + stderr : error.message;
      console.log(`apt-get ${words.join(' ')} failed:\n${answer}`);
      return;
    }
  } finally {
    withoutServices.end();
  }
}

/** Debian asks this program whether the service of a new package may be started; 101 is the answer "no". */
const POLICY = '/usr/sbin/policy-rc.d';

function forbidServices(): { readonly end: () => void } {
  if (existsSync(POLICY)) return { end: () => undefined };
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  return { end: () => rmSync(POLICY, { force: true }) };
}
