import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GROUPS, IPVPN_OWNER } from '../../../lib/dataplane/ovs/owner.ts';
import { probeSwitch, warnOfInsecurity } from '../../../streams/sinks/ovs-probe.ts';
import { OvsTools } from '../../../streams/sinks/ovs-tools.ts';
import type { RunResult } from '../../../streams/sinks/run-batch.ts';

/** An Open vSwitch that is played, with one bridge. */
interface Node {
  /** What the database answers; `[]` where ovs-vswitchd was not started as a service. */
  readonly running?: string;
  readonly tool?: string;
  readonly protocols?: string;
  readonly failMode?: string;
  readonly bridge?: string;
}

const PROGRAM = { bridge: 'br-mpls', owner: IPVPN_OWNER };

/** The tools, and the commands and lines by which they change something. */
function play(node: Node): { readonly tools: OvsTools; readonly changes: readonly string[] } {
  const { running = '"3.1.0"', tool = '3.1.0', protocols = '[OpenFlow15]', failMode = 'secure' } = node;
  const changes: string[] = [];
  let spoken = protocols;
  const answers: Readonly<Record<string, () => string | undefined>> = {
    'get Open_vSwitch . ovs_version': () => running,
    '--version': () => `ovs-vsctl (Open vSwitch) ${tool}\nDB Schema 8.3.1`,
    [`br-exists ${node.bridge ?? 'br-mpls'}`]: () => '',
    'get Bridge br-mpls protocols': () => spoken,
    'get-fail-mode br-mpls': () => failMode,
  };
  const run = (words: readonly string[], input: string): RunResult => {
    if (words[0] === 'ovs-ofctl') {
      if (spoken !== '[]' && !spoken.includes('OpenFlow15')) return MUTE;
      changes.push(...input.split('\n').filter((line) => line !== ''));
      return said('');
    }
    const question = words.slice(2).join(' ');
    if (question.startsWith('add Bridge ')) {
      changes.push(question);
      spoken = `[${question}]`;
      return said('');
    }
    const answer = answers[question]?.();
    return answer === undefined ? { ...said(''), exitCode: 2 } : said(answer);
  };
  return { tools: new OvsTools((...asked) => Promise.resolve(run(...asked)), [], PROGRAM), changes };
}

const said = (text: string): RunResult => ({ exitCode: 0, stdout: `${text}\n`, stderr: '' });

const MUTE: RunResult = {
  exitCode: 1,
  stdout: '',
  stderr:
    '2026-11-23T18:01:26Z|00001|vconn|WARN|unix:/run/openvswitch/br-mpls.mgmt: version negotiation failed (we support version 0x06, peer supports versions 0x01, 0x04)\n' +
    'ovs-ofctl: br-mpls: failed to connect to socket (Broken pipe)\n',
};

async function reasonOf(tools: OvsTools): Promise<string | undefined> {
  const probed = await probeSwitch({
    localAddress: '10.77.0.1',
    program: PROGRAM,
    tools,
    requiredPorts: [],
  });
  return probed.ok ? undefined : probed.fault.reason;
}

test('an Open vSwitch that is too old is said to be', async () => {
  const cases: readonly (readonly [node: Node, version: string | undefined])[] = [
    [{ running: '"2.17.9"' }, '2.17.9'],
    [{ running: '"2.5"' }, '2.5'],
    // What runs counts, whatever the tools are.
    [{ running: '"2.17.9"', tool: '3.1.0' }, '2.17.9'],
    [{ running: '"3.0.0"', tool: '2.17.9' }, undefined],
    [{ running: '[]', tool: '2.17.9' }, '2.17.9'],
    [{ running: '[]', tool: '3.0.1' }, undefined],
    [{ running: '"10.0.0"' }, undefined],
    [{ running: '"3.1.0-2+deb12u1"' }, undefined],
  ];
  for (const [node, version] of cases) {
    const { tools, changes } = play(node);
    const expected = version && `Open vSwitch ${version} is too old: 3.0 or later is needed`;
    assert.is(await reasonOf(tools), expected);
    if (version !== undefined) assert.equal(changes, [], 'nothing is touched');
  }
});

test('the bridge that is asked for is one that isolates', async () => {
  assert.is(
    await reasonOf(play({ bridge: 'br-other' }).tools),
    'Open vSwitch has no bridge br-mpls: make it (ovs-vsctl add-br br-mpls -- set-fail-mode br-mpls secure), or name another one with ovs_bridge',
  );
  assert.is(await warnOfInsecurity(play({}).tools, 'br-mpls'), undefined);
  for (const failMode of ['', 'standalone']) {
    const warning = await warnOfInsecurity(play({ failMode }).tools, 'br-mpls');
    assert.match(warning!, 'bridge br-mpls is not secure: ');
    assert.match(warning!, '(ovs-vsctl set-fail-mode br-mpls secure)');
  }
});

test('OpenFlow 1.5 is named, also where it is spoken by default, and the others stay', async () => {
  const all = [0, 1, 2, 3, 4, 5].map((minor) => `OpenFlow1${minor}`).join(' ');
  const cases: readonly (readonly [protocols: string, added: string | undefined])[] = [
    ['[]', all],
    ['[OpenFlow10, OpenFlow13]', 'OpenFlow15'],
    ['[OpenFlow13, OpenFlow15]', undefined],
  ];
  for (const [protocols, added] of cases) {
    const { tools, changes } = play({ protocols });
    assert.is(await reasonOf(tools), undefined, protocols);
    const commands = changes.filter((change) => change.startsWith('add '));
    assert.equal(commands, added === undefined ? [] : [`add Bridge br-mpls protocols ${added}`]);
  }
});

test('the group by which it is tried is one that no program has', async () => {
  const { tools, changes } = play({});
  await reasonOf(tools);
  const last = `group_id=${IPVPN_OWNER.firstGroup + GROUPS - 1}`;
  assert.is(changes.length, 2);
  for (const line of changes) assert.match(line, last);
});

test.run();
