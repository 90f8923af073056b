import { execa } from 'execa';
import type { Namespace } from '../support/network-namespace.ts';

/** What a compute node has in its kernel for IP VPNs, as lines that can be compared. */
export interface KernelState {
  /** Interfaces, each with its master. */
  readonly links: readonly string[];
  /** IPv4 addresses. */
  readonly addresses: readonly string[];
  readonly rules: readonly string[];
  /** Of all tables, IPv4; each with all of its ways. */
  readonly routes: readonly string[];
  readonly labels: readonly string[];
  readonly neighbours: readonly string[];
  /** UDP ports of MPLS over UDP. */
  readonly listeners: readonly string[];
  /** Values that drivers change. */
  readonly settings: readonly string[];
}

const NODE_SETTINGS = [
  ...['net/mpls/platform_labels', 'net/mpls/conf/lo/input', 'net/mpls/conf/underlay/input'],
  'net/ipv4/fib_multipath_hash_policy',
];
const PORT_SETTINGS = ['forwarding', 'rp_filter', 'proxy_arp', 'proxy_arp_pvlan'];

/** Devices that a module makes in every namespace when it is loaded. */
const OF_MODULES = /^(tunl|gre|gretap|erspan)0@/;

/** The last one fails where its module is not loaded, and says nothing more: then there are none. */
const QUESTIONS = ['link', 'address', 'rule', 'route show table all', 'neigh show nud permanent', 'fou show'];

/** Its answer is always the same. */
const MARKER = 'link show dev lo';

/** `ports`: interfaces of which the settings are wanted, too. */
export async function kernelState(node: Namespace, ports: readonly string[] = []): Promise<KernelState> {
  const keys = [
    ...NODE_SETTINGS,
    ...ports.flatMap((port) => [
      ...PORT_SETTINGS.map((name) => `net/ipv4/conf/${port}/${name}`),
      `net/ipv4/neigh/${port}/proxy_delay`,
      `net/ipv6/conf/${port}/disable_ipv6`,
    ]),
  ];
  const [links = [], addresses = [], rules = [], routes = [], neighbours = [], listeners = []] = await ask(
    node,
    QUESTIONS,
  );
  return {
    links: links
      .filter((line) => !OF_MODULES.test(line))
      .map((line) => line.replace(/ (mtu|state|qdisc) .*/, '') + master(line)),
    ...{ addresses, rules, routes, neighbours, listeners },
    labels: linesOf(await node.run('ip -oneline -f mpls route')),
    settings: linesOf(await node.run(`sysctl -e ${keys.join(' ')}`)),
  };
}

/** Puts all questions to one `ip`: to start one takes long in some of the places where specs run. */
async function ask(node: Namespace, questions: readonly string[]): Promise<readonly (readonly string[])[]> {
  const words = ['-n', node.name, '-oneline', '-4', '-force', '-batch', '-'];
  const input = [MARKER, ...questions.flatMap((question) => [question, MARKER])].join('\n');
  const { stdout, stderr } = await execa('ip', words, { input, reject: false });
  const [first = '', ...lines] = stdout.split('\n');
  const answers: string[][] = [];
  let answer: string[] = [];
  for (const [index, line] of lines.entries()) {
    // The loopback interface is the first one of those that there are.
    const isFirstLink = index === 0 && answers.length === 0;
    if (line !== first || isFirstLink) {
      answer.push(line);
      continue;
    }
    answers.push(answer);
    answer = [];
  }
  if (answers.length < questions.length - 1) throw new Error(`${node.name}: ip: ${stderr}`);
  return answers.map((each) => linesOf(each.join('\n')));
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .flatMap((line) => (line.trim() === '' ? [] : [normal(line)]))
    .sort();
}

/** Without numbers that mean nothing, and what only says whether somebody listens. */
function normal(line: string): string {
  return (
    line
      .replace(/^\d+: /, '')
      // Of the other end of a pair, in another namespace.
      .replace(/^(\S+)@if\d+:/, '$1:')
      // Of several ways that a route has, each is on a line of its own.
      .replace(/\\(?=\s*nexthop )/g, '')
      .replace(/\\.*$/, '')
      .replace(/\s+/g, ' ')
      .trim()
  );
}

function master(line: string): string {
  return / master \S+/.exec(line)?.[0] ?? '';
}
