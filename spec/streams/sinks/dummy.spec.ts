import { of, Subject } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { driverNames, findDriver } from '../../../lib/dataplane/drivers/registry.ts';
import { type Confirmation, type EviState, type Intent, want } from '../../../lib/dataplane/intent.ts';
import type { VpnType } from '../../../lib/vpn/vpn-type.ts';
import { createSink } from '../../../streams/sinks/registry.ts';
import { DEFAULT_SETTINGS } from '../../support/sink-settings.ts';

const evi: EviState = { kind: 'evi', instance: 1, externalId: 'n1', vni: 16, bridge: undefined };
const nothing = (): undefined => undefined;
const log = { debug: nothing, info: nothing, warning: nothing, error: nothing };
const options = { localAddress: '10.0.0.1', rootHelper: [], log };

for (const vpnType of ['evpn', 'ipvpn'] satisfies VpnType[]) {
  test(`the ${vpnType} dummy confirms at once, in the same call`, () => {
    const sink = createSink(findDriver(vpnType, 'dummy')!, options, DEFAULT_SETTINGS);
    const intents = new Subject<readonly Intent[]>();
    const seen: (readonly Confirmation[])[] = [];
    const subscription = intents.pipe(sink.apply).subscribe((confirmations) => seen.push(confirmations));
    intents.next([want(evi)]);
    assert.equal(seen, [[{ intent: want(evi), fault: undefined }]]);
    subscription.unsubscribe();
    assert.is(intents.observed, false);
  });
}

test('there is a sink for every driver, and it completes with its source', () => {
  for (const vpnType of ['evpn', 'ipvpn'] satisfies VpnType[]) {
    for (const name of driverNames(vpnType)) {
      const driver = findDriver(vpnType, name)!;
      const sink = createSink(driver, options, DEFAULT_SETTINGS);
      assert.is(sink.driver.displayName, driver.displayName);
      let isDone = false;
      of<readonly Intent[]>([])
        .pipe(sink.apply)
        .subscribe({ complete: () => (isDone = true) });
      assert.ok(isDone, `${vpnType} ${name}`);
    }
  }
});

test.run();
