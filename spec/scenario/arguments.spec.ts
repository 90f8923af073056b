import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { attempt } from '../support/programs.ts';
import { readArguments } from './arguments.ts';
import { examples } from './examples.ts';
import { scenarioSchema } from './file/schema.ts';
import { help } from './help.ts';
import { EVPN_DRIVERS, IPVPN_DRIVERS } from './scenario.ts';

test('what is asked for', () => {
  const plain = { file: 'basic', keep: false, verbose: false, picture: undefined, drivers: {} };
  assert.equal(readArguments(['basic']), { ok: true, value: plain });
  assert.equal(readArguments(['--keep', '--ipvpn', 'linux', 'basic', '--evpn=dummy', '-v']), {
    ok: true,
    value: {
      file: 'basic',
      keep: true,
      verbose: true,
      picture: undefined,
      drivers: { evpn: 'dummy', ipvpn: 'linux' },
    },
  });
  assert.equal(readArguments(['basic', '--picture', 'x.svg']), {
    ok: true,
    value: { ...plain, picture: 'x.svg' },
  });
  for (const words of [['--help'], ['basic', '-h'], []]) {
    assert.equal(readArguments(words), { ok: true, value: 'help' });
  }
});

test('the help has all members, all steps, all drivers and all examples', () => {
  const text = help();
  for (const name of Object.keys(scenarioSchema.shape))
    assert.match(text, new RegExp(`^ {2}${name}:`, 'm'), name);
  for (const member of ['with', 'through', 'back', 'seen-at', 'over', 'flows']) {
    assert.match(text, `${member}: `, member);
  }
  assert.match(text, `evpn: ${EVPN_DRIVERS.join(' or ')}`);
  assert.match(text, `ipvpn: ${IPVPN_DRIVERS.join(' or ')}`);
  for (const { name, title } of examples()) assert.match(text, new RegExp(`^  ${name} +${title}$`, 'm'));
  for (const step of ['reaches', 'does-not-reach', 'spreads', 'attach', 'detach', 'fail', 'restore', 'say']) {
    assert.match(text, `\n  ${step}: `);
  }
});

test('wrong usage, and a file that is wrong: status 2, and what was expected', async () => {
  const cases = [
    [['--bogus'], "scenario: Unknown option '--bogus'"],
    [['basic', 'more'], 'scenario: expected one FILE'],
    [['--keep'], 'scenario: expected one FILE'],
    [['basic', '--ipvpn', 'x'], 'scenario: --ipvpn: expected ovs or linux or dummy'],
    [
      ['basic', '--evpn', 'ovs'],
      'scenario: --evpn: expected linux or dummy; ovs needs a VLAN for each port,',
    ],
    [['nowhere'], 'scenario: nowhere: there is neither such a file nor such an example'],
    [['package.json'], 'package.json:2: name: unknown; expected one of: title, about,'],
  ] as const;
  for (const [words, message] of cases) {
    const { status, output } = await attempt([
      ...[process.execPath, '--import', 'tsx', 'spec/scenario/main.ts', ...words],
    ]);
    assert.is(status, 2, output);
    assert.match(output, message);
    assert.not.match(output, /^ +at /m, 'no trace');
  }
});

test.run();
