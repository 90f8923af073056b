import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { describeConfiguration, listConfiguration } from '../../conf/configuration.ts';
import { loaded, MINIMUM } from './fixture.ts';

test('the looking glass shows sections, exact names and typed values', () => {
  const text = `${MINIMUM}peers = 127.0.0.1, rr\n[COMMON]\nroot_helper =\n[API]\napi_port = 9\n`;
  assert.equal(describeConfiguration(loaded(text)), {
    COMMON: { root_helper: '', root_helper_daemon: null },
    API: { host: '127.0.0.1', port: 9 },
    BGP: {
      local_address: '192.0.2.1',
      peers: ['127.0.0.1', 'rr'],
      my_as: 64512,
      enable_rtc: true,
      bgp_port: 179,
    },
    DATAPLANE_DRIVER_IPVPN: { dataplane_local_address: null, dataplane_driver: 'dummy' },
    DATAPLANE_DRIVER_EVPN: { dataplane_local_address: null, dataplane_driver: 'dummy' },
  });
});

test('addresses are shown resolved, drivers as they were named, with their options', () => {
  const text = `[BGP]
local_address = eth0
my_as = 1
[DATAPLANE_DRIVER_EVPN]
dataplane_driver = linux_vxlan.LinuxVXLANDataplaneDriver
dataplane_local_address = eth0
`;
  const shown = describeConfiguration(loaded(text));
  assert.is(shown['BGP']!['local_address'], '192.0.2.10');
  assert.equal(shown['DATAPLANE_DRIVER_EVPN'], {
    dataplane_local_address: '192.0.2.10',
    dataplane_driver: 'linux_vxlan.LinuxVXLANDataplaneDriver',
    vxlan_dst_port: 4789,
  });
});

test('a number of 64 bits is exact', () => {
  const shown = (value: string): unknown => {
    const text = `${MINIMUM}[DATAPLANE_DRIVER_IPVPN]\ndataplane_driver = ovs\nhash_method_param = ${value}\n`;
    return describeConfiguration(loaded(text))['DATAPLANE_DRIVER_IPVPN']!['hash_method_param'];
  };
  assert.is(shown('9007199254740991'), 9007199254740991);
  assert.is(shown('18446744073709551615'), '18446744073709551615');
});

test('one line for each value', () => {
  const lines = listConfiguration(loaded(`${MINIMUM}peers = a, b\n`));
  assert.ok(lines.includes('[BGP] peers = a, b'));
  assert.ok(lines.includes('[BGP] enable_rtc = true'));
  assert.ok(lines.includes('[COMMON] root_helper_daemon = '));
});

test.run();
