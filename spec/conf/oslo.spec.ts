import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { describeConfiguration } from '../../conf/configuration.ts';
import { needs } from '../support/needs.ts';
import { file, load, MINIMUM } from './fixture.ts';

/**
 * The same files, read by oslo.config itself and by us. It is told the options by their types; what is compared is
 * how the text is taken apart and understood, not what the options mean.
 */
const PYTHON = '/usr/bin/python3';
const READER = `
import json, sys
from oslo_config import cfg

def read(files):
    conf = cfg.ConfigOpts()
    conf.register_opts([cfg.BoolOpt('debug', default=False), cfg.StrOpt('log_file', deprecated_name='logfile')])
    conf.register_opts([cfg.HostAddressOpt('host', default='127.0.0.1', deprecated_name='api_host'),
                        cfg.PortOpt('port', default=8082, deprecated_name='api_port')], 'API')
    conf.register_opts([cfg.StrOpt('local_address'), cfg.ListOpt('peers', default=[]),
                        cfg.IntOpt('my_as', min=1, max=65535), cfg.BoolOpt('enable_rtc', default=True),
                        cfg.PortOpt('bgp_port', default=179)], 'BGP')
    conf.register_opts([cfg.StrOpt('root_helper', default='sudo')], 'COMMON')
    try:
        conf(args=[], project='spec', default_config_files=files)
        return {group: {name: conf[group][name] for name in sorted(conf[group])} for group in ('API', 'BGP', 'COMMON')}
    except Exception as error:
        return None

print(json.dumps([read(files) for files in json.load(sys.stdin)]))
`;

const CASES: Readonly<Record<string, readonly string[]>> = {
  plain: [`${MINIMUM}peers = 10.0.0.1, 10.0.0.2\n`],
  'colons, blanks, comments': ['# c\n; d\n[BGP]\nlocal_address:10.0.0.1\nmy_as  :  1  \n\n[API]\nport=81\n'],
  'comment signs in values': [`${MINIMUM}[COMMON]\nroot_helper = sudo # really\n`],
  quotes: [`${MINIMUM}[COMMON]\nroot_helper = "sudo -n"\n[API]\nhost = 'example.org'\n`],
  'quotes that do not match': [`${MINIMUM}[COMMON]\nroot_helper = "a" 'b'\n`],
  'empty text': [`${MINIMUM}[COMMON]\nroot_helper =\n`],
  'empty list': [`${MINIMUM}peers =\n`],
  continuation: [`${MINIMUM}peers = 10.0.0.1,\n   10.0.0.2,\n\t10.0.0.3\n`],
  'continuation of text': [`${MINIMUM}[COMMON]\nroot_helper = a\n  b\n`],
  'repeated option': [`${MINIMUM}my_as = 2\nmy_as = 3\n`],
  'repeated section': [`${MINIMUM}[API]\nport = 1\n[BGP]\nbgp_port = 5\n[API]\nport = 2\n`],
  'sections in any case': ['[bgp]\nlocal_address = 10.0.0.1\nmy_as = 1\n[Api]\nport = 3\n'],
  'option names in capitals': [`${MINIMUM}[API]\nPORT = 3\n`],
  'two files': [`${MINIMUM}[API]\nport = 1\n`, '[API]\nhost = two\n[BGP]\nmy_as = 2\n'],
  'older names': [`${MINIMUM}[API]\napi_host = old\napi_port = 1\n`],
  'older and present name': [`${MINIMUM}[API]\nhost = new\napi_host = old\n`],
  'older name in a later file': [`${MINIMUM}[API]\nhost = new\n`, '[API]\napi_host = old\n'],
  'reference in the section': [`${MINIMUM}bgp_port = $my_as\n`],
  'reference to another section': [`${MINIMUM}[API]\nhost = $BGP.local_address\nport = \${BGP.bgp_port}\n`],
  'reference to DEFAULT': [`${MINIMUM}[COMMON]\nroot_helper = x\${log_file}y\n[DEFAULT]\nlog_file = f\n`],
  'dollar signs': [`${MINIMUM}[COMMON]\nroot_helper = a$$b \\$c $1 d$\n`],
  'reference to nothing': [`${MINIMUM}[COMMON]\nroot_helper = $nosuch\n`],
  'unknown things': [`${MINIMUM}foo = 1\n[foo]\nbar = 2\n`],
  'carriage returns': [MINIMUM.replaceAll('\n', '\r\n')],
  'signed and long numbers': ['[BGP]\nlocal_address = 10.0.0.1\nmy_as = +007\nbgp_port = 1_790\n'],
  ...each('boolean', 'enable_rtc', [
    'true',
    'YES',
    'On',
    '1',
    'false',
    'no',
    'off',
    '0',
    'y',
    't',
    '2',
    'nope',
  ]),
  ...each('number', 'my_as', ['0', '65535', '65536', '-1', '1.5', '0x10', 'one']),
  'no section': ['a = 1\n'],
  'section without end': ['[BGP\nmy_as = 1\n'],
  'section without name': [`${MINIMUM}[]\n`],
  'something after a section': [`${MINIMUM}[API] x\n`],
  'no sign': [`${MINIMUM}hello\n`],
  'no name': [`${MINIMUM}= 1\n`],
  'continuation of nothing': ['[BGP]\n  my_as = 1\n'],
  'continuation after a blank line': [`${MINIMUM}\n  2\n`],
  'continuation after a comment': [`${MINIMUM}# c\n  2\n`],
  'host with an underscore': [`${MINIMUM}[API]\nhost = a_b\n`],
  'host like an address': [`${MINIMUM}[API]\nhost = 10.0.0.256\n`],
};

function each(name: string, option: string, values: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    values.map((value) => [`${name} ${value}`, [`${MINIMUM}${option} = ${value}\n`]]),
  );
}

const hasOslo = spawnSync(PYTHON, ['-c', 'import oslo_config']).status === 0;

if (needs('comparison with oslo.config', hasOslo, 'the Python module oslo_config')) {
  const cases = Object.entries(CASES).map(([name, texts]) => ({
    name,
    files: texts.map((text) => file(text)),
  }));
  const input = JSON.stringify(cases.map(({ files }) => files));
  const answer = spawnSync(PYTHON, ['-c', READER], { input, encoding: 'utf8' });
  const answers = JSON.parse(answer.stdout) as readonly (Record<string, Record<string, unknown>> | null)[];

  for (const [index, { name, files }] of cases.entries()) {
    test(`as oslo.config: ${name}`, () => {
      const result = load({ files });
      const expected = answers[index] ?? null;
      assert.is(result.ok, expected !== null, JSON.stringify(expected));
      if (!result.ok || expected === null) return;
      const shown = describeConfiguration(result.value);
      for (const [section, options] of Object.entries(expected)) {
        for (const [option, value] of Object.entries(options))
          assert.equal(shown[section]![option], value, option);
      }
    });
  }
}

test.run();
