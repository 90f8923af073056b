import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { valueText } from '../../conf/option.ts';
import { OPTIONS, sameSection } from '../../conf/schema.ts';
import { needs } from '../support/needs.ts';

/** The options of the original, as its own code declares them: ours are all of these, with the same defaults. */
const PYTHON = '/usr/bin/python3';
const LISTER = `
import json
from networking_bagpipe import opts
from networking_bagpipe.bagpipe_bgp.vpn.evpn import ovs
from oslo_log import _options

def describe(section, option):
    default = option.default
    return {'section': section, 'name': option.dest, 'type': type(option).__name__,
            'default': ', '.join(default) if isinstance(default, list) else None if default is None else str(default),
            'olderNames': [each.name for each in option.deprecated_opts if each.group in (None, section)]}

found = [describe('DEFAULT', each) for _, group in _options.list_opts() for each in group]
for name in ('api', 'bgp_common', 'run_command', 'dataplane_driver_evpn', 'dataplane_driver_evpn_linux_vxlan',
             'dataplane_driver_ipvpn', 'dataplane_driver_ipvpn_mpls_linux', 'dataplane_driver_ipvpn_mpls_ovs'):
    for group, options in getattr(opts, 'list_%s_opts' % name)():
        found += [describe(str(group), option) for option in options]
found += [describe('DATAPLANE_DRIVER_EVPN', each) for each in ovs.OVSDataplaneDriver.driver_opts]
print(json.dumps(found))
`;

interface OriginalOption {
  readonly section: string;
  readonly name: string;
  readonly type: string;
  readonly default: string | null;
  readonly olderNames: readonly string[];
}

/** Mandatory there, and here as soon as there is a file; or of a logging library that is not here. */
const OTHER_DEFAULTS = /^(local_address|my_as|default_log_levels|logging_.*|instance_.*format)$/;

/** An address and a driver are texts with a meaning to the original; a number of ours may be a text there. */
const TYPES: Readonly<Record<string, RegExp>> = {
  BoolOpt: /^true, yes, on, 1, false, no, off or 0$/,
  IntOpt: / from -?\d+ to \d+$/,
  PortOpt: /^a port number from 1 to 65535$/,
  ListOpt: /, or several, separated by commas$/,
};

const hasOriginal = spawnSync(PYTHON, ['-c', 'import networking_bagpipe, oslo_log']).status === 0;

if (needs('comparison with the options of the original', hasOriginal, 'python3-networking-bagpipe')) {
  const { stdout, stderr } = spawnSync(PYTHON, ['-c', LISTER], { encoding: 'utf8' });
  const originals = JSON.parse(stdout || `"${stderr}"`) as readonly OriginalOption[];

  test('the original has options', () => assert.ok(originals.length > 50));

  for (const original of originals) {
    test(`[${original.section}] ${original.name}`, () => {
      const ours = OPTIONS.find(
        ({ section, name }) => sameSection(section, original.section) && name === original.name,
      );
      assert.ok(ours, 'there is no such option');
      assert.equal(ours.olderNames, original.olderNames);
      assert.match(ours.type.expected, TYPES[original.type] ?? /./);
      if (OTHER_DEFAULTS.test(original.name)) return;
      assert.is(valueText(ours.default).toLowerCase(), (original.default ?? '').toLowerCase());
    });
  }
}

test.run();
