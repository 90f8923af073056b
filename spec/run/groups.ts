import { cpus } from 'node:os';
import { hasWideRegisters } from '../lab/user-mode-linux.ts';
import type { DebianPackage } from './debian-packages.ts';

/** A part of the test suite that runs in a process of its own. */
export interface Group {
  readonly name: string;
  /** One line for people who choose among the groups. */
  readonly about: string;
  readonly command: readonly string[];
  /** `summary`: prints one as uvu does. `status`: one test, whose result is the exit status. */
  readonly counts: 'summary' | 'status';
  /** Groups of one stage run side by side, so that they must share neither addresses and ports nor names. */
  readonly stage: number;
  /** Whether it runs the compiled program. */
  readonly usesBuild: boolean;
  readonly needsRoot: boolean;
  readonly packages: readonly DebianPackage[];
  /** In seconds. A group that takes longer hangs, and is ended. */
  readonly timeout: number;
}

/** What the laboratory with Open vSwitch needs. */
const SWITCHING: readonly DebianPackage[] = [
  ...(['openvswitch-switch', 'gobgpd', 'iproute2', 'iputils-ping', 'procps', 'ethtool', 'tcpdump'] as const),
];

/** What a kernel with modules of its own needs; on some processors it has to be helped by a program of ours. */
const USER_MODE_LINUX: readonly DebianPackage[] = [
  ...(['user-mode-linux', 'kmod'] as const),
  ...(hasWideRegisters() ? (['gcc'] as const) : []),
];

/** First what a developer wants to know soonest; last, alone, what needs the whole machine. */
export const GROUPS: readonly Group[] = [
  {
    name: 'unit',
    about: 'codecs, machines, reducers, pipelines on virtual time, configuration, commands',
    command: specs(
      '(?!(flood|interop|kernel|openvswitch|packets|side-by-side)/|docs/examples|scenario/examples|streams/sinks/.*-(kernel|traffic)).*',
    ),
    counts: 'summary',
    stage: 1,
    usesBuild: true,
    needsRoot: false,
    packages: ['python3-networking-bagpipe', 'iproute2', 'graphviz', 'openvswitch-switch'],
    timeout: 480,
  },
  {
    name: 'check',
    about: 'types, lint, format',
    command: ['npm', 'run', '--silent', 'check'],
    counts: 'status',
    stage: 1,
    usesBuild: false,
    needsRoot: false,
    packages: [],
    timeout: 480,
  },
  {
    name: 'acceptance',
    about: 'black-box scenarios against what the original answers',
    command: ['node', '--import', 'tsx', 'spec/acceptance/main.ts'],
    counts: 'summary',
    stage: 2,
    usesBuild: true,
    needsRoot: false,
    packages: ['gobgpd', 'python3'],
    timeout: 480,
  },
  {
    name: 'interop',
    about:
      'gobgpd, FRR and BIRD as route reflectors; Neutron agents of the original; the unit; the documents',
    command: specs('(interop/.*|docs/examples)'),
    counts: 'summary',
    stage: 2,
    usesBuild: true,
    needsRoot: false,
    packages: ['gobgpd', 'frr', 'bird2', 'systemd', 'curl', 'python3-networking-bagpipe'],
    timeout: 480,
  },
  {
    name: 'side-by-side',
    about: 'a random sequence through this daemon and the original: the same routes on the wire',
    command: specs('side-by-side/.*'),
    counts: 'summary',
    stage: 2,
    usesBuild: true,
    needsRoot: false,
    packages: ['gobgpd', 'python3-networking-bagpipe'],
    timeout: 480,
  },
  {
    name: 'packets',
    about: 'three compute nodes out of network namespaces, real packets across VXLAN',
    command: specs('packets/.*'),
    counts: 'summary',
    stage: 2,
    usesBuild: true,
    needsRoot: true,
    packages: ['gobgpd', 'frr', 'iproute2', 'iputils-ping', 'procps'],
    timeout: 480,
  },
  {
    name: 'dataplane',
    about: 'what the linux dataplane driver leaves in a real kernel',
    command: specs('streams/sinks/.*-(kernel|traffic)'),
    counts: 'summary',
    stage: 2,
    usesBuild: false,
    needsRoot: true,
    packages: ['iproute2', 'iputils-ping', 'procps', 'tcpdump'],
    timeout: 480,
  },
  {
    name: 'openvswitch',
    about: 'compute nodes with an Open vSwitch each, which forwards real packets in user space',
    command: specs('openvswitch/(?!kernel\\.).*'),
    counts: 'summary',
    stage: 3,
    usesBuild: true,
    needsRoot: true,
    packages: SWITCHING,
    timeout: 900,
  },
  {
    name: 'scenarios',
    about: 'the service chains of docs/examples, with real packets',
    command: specs('scenario/examples-.*'),
    counts: 'summary',
    stage: 3,
    usesBuild: true,
    needsRoot: true,
    packages: [...SWITCHING, 'graphviz'],
    timeout: 900,
  },
  {
    name: 'kernel',
    about: 'IP VPNs of the kernel: VRF devices and MPLS, on a kernel of their own where this one has none',
    command: onProcessor(0, specs('kernel/driver')),
    counts: 'summary',
    stage: 3,
    usesBuild: true,
    needsRoot: false,
    packages: [...SWITCHING, ...USER_MODE_LINUX, 'frr', 'graphviz'],
    timeout: 1000,
  },
  {
    name: 'peers',
    about: 'the same beside FRR and Open vSwitch, and in chains; Open vSwitch that forwards in the kernel',
    command: onProcessor(1, specs('(kernel/(peers|scenario)|openvswitch/kernel)')),
    counts: 'summary',
    stage: 3,
    usesBuild: true,
    needsRoot: false,
    packages: [...SWITCHING, ...USER_MODE_LINUX, 'frr', 'graphviz'],
    timeout: 1000,
  },
  {
    name: 'flood',
    about: 'a peer that sends 200 000 routes as fast as the socket takes them; the benchmark on few',
    command: specs('flood/.*'),
    counts: 'summary',
    stage: 4,
    usesBuild: true,
    needsRoot: false,
    packages: [],
    timeout: 120,
  },
];

/** The command that runs the specs whose path below `spec/` matches. */
function specs(pattern: string): string[] {
  return ['node', '--import', 'tsx', 'node_modules/uvu/bin.js', 'spec', `^${pattern}\\.spec\\.ts$`];
}

/** Groups with a User-Mode Linux each, which uses one processor, keep out of each other's way. */
function onProcessor(number: number, command: readonly string[]): string[] {
  return ['taskset', '--cpu-list', String(number % cpus().length), ...command];
}
