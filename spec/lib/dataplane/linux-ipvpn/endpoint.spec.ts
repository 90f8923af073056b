import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { want } from '../../../../lib/dataplane/intent.ts';
import { LinuxIpvpn } from '../../../../lib/dataplane/linux-ipvpn/linux-ipvpn.ts';
import { endpoint, vrf } from '../ovs-ipvpn/scene.ts';
import { GRE, PAIR } from './scene.ts';

/** Why a VRF with this gateway does not take the endpoint. */
function complaint(gatewayIp: string | undefined, ...words: Parameters<typeof endpoint>): string | undefined {
  const made = new LinuxIpvpn(GRE);
  made.localInterface = 'tap2';
  assert.is(made.take(want(vrf({ gatewayIp }))).fault, undefined);
  return made.take(want(endpoint(...words))).fault?.reason;
}

test('a gateway that no port can have is refused with the first endpoint', () => {
  for (const address of ['224.0.0.1', '255.255.255.255', '127.0.0.1', '0.0.0.0', '2001:db8::1', 'gateway']) {
    assert.is(complaint(address, '11.0.0.1'), `gateway_ip: ${address} is not the address of a host`);
  }
  assert.is(complaint('11.0.0.1', '11.0.0.1'), 'gateway_ip: 11.0.0.1 is the address of the machine itself');
  assert.is(complaint('11.0.0.254', '11.0.0.1'), undefined);
  assert.is(complaint(undefined, '11.0.0.1'), undefined);
});

test('the gateway of an EVI that is plugged in has its address for itself', () => {
  assert.is(complaint('11.0.0.254', '11.0.0.254', { tap: PAIR }), undefined);
});

test('the interface that has the local address is no port, also with tunnels', () => {
  assert.is(
    complaint('11.0.0.254', '11.0.0.1', { tap: 'tap2' }),
    'local_port: tap2 is the way to other nodes',
  );
});

test.run();
