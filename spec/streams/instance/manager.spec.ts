import { delay, map, Subject, VirtualTimeScheduler } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { evpnDummy } from '../../../lib/dataplane/drivers/evpn-dummy.ts';
import { ipvpnDummy } from '../../../lib/dataplane/drivers/ipvpn-dummy.ts';
import type { Confirmation, Intent } from '../../../lib/dataplane/intent.ts';
import { success } from '../../../lib/result.ts';
import type { AttachRequest } from '../../../lib/vpn/request.ts';
import { EVPN, VPNV4 } from '../../../lib/bgp/family.ts';
import { RouteBus } from '../../../streams/bus/route-bus.ts';
import { dataplane, type Dataplane } from '../../../streams/instance/dataplane.ts';
import { VpnManager } from '../../../streams/instance/manager.ts';
import { LogBook } from '../../../streams/log.ts';
import { dummySink } from '../../../streams/sinks/dummy.ts';
import type { Sink } from '../../../streams/sinks/sink.ts';
import { attachRequest, ourAddress } from '../../fixtures/instances.ts';
import { pe1, reflector1, rt1, rt2, vpnv4Route } from '../../fixtures/routes.ts';

interface Scene {
  readonly bus: RouteBus;
  readonly manager: VpnManager;
  readonly intents: Intent[];
}

/** A dummy dataplane that writes down what it is asked for. */
function scene(evpn: Sink = dummySink(evpnDummy)): Scene {
  // Its time stands still: it finishes what it is asked before it returns, however slow the machine is.
  const bus = new RouteBus({ defer: setImmediate, scheduler: { now: () => 0 } });
  const intents: Intent[] = [];
  const recorded = (sink: Sink): Dataplane => {
    const plane = dataplane(sink, ourAddress);
    return {
      ...plane,
      apply: (list) => {
        intents.push(...list);
        plane.apply(list);
      },
    };
  };
  const manager = new VpnManager({
    bus,
    bgpAddress: ourAddress,
    dataplanes: { evpn: recorded(evpn), ipvpn: recorded(dummySink(ipvpnDummy)) },
    logs: new LogBook({ write: () => undefined, now: () => new Date(0), debug: false }),
  });
  return { bus, manager, intents };
}

const endpoint = (number: number, more: Partial<AttachRequest> = {}): AttachRequest =>
  attachRequest('ipvpn', `10.0.0.${number}`, {
    vni: undefined,
    mac: `52:54:00:00:00:${String(number).padStart(2, '0')}`,
    port: { interface: `tap${number}`, description: { linuxif: `tap${number}` } },
    ...more,
  });

test('labels, numbers and names: the instance first, then its endpoints', async () => {
  const { manager } = scene();
  await manager.attach(endpoint(1, { instanceId: 'one' }));
  await manager.attach(endpoint(2, { instanceId: 'two', vpnType: 'evpn', vni: 500 }));
  assert.equal(
    Array.from(manager.instances, ({ instance }) => [instance.setup.name, instance.setup.dataplaneId]),
    [
      ['VRF-1', 16],
      ['EVI-2', 500],
    ],
  );
  assert.equal([...manager.numbers.labels.inUse().keys()], [16, 17, 18]);
  assert.equal([...manager.numbers.vnis.keys()], [500]);
});

test('instances that are gone leave nothing: no route, subscription, label', async () => {
  const { bus, manager } = scene();
  bus.publish([vpnv4Route('10.1.0.0/24')]);
  for (let round = 0; round < 3; round++) {
    assert.ok((await manager.attach(endpoint(1))).ok);
    assert.ok(bus.subscriptionCount > 0);
    assert.ok((await manager.detach(endpoint(1))).ok);
  }
  assert.is(manager.instanceCount, 0);
  assert.is(bus.subscriptionCount, 0);
  assert.is(bus.countRoutes(VPNV4, 'local'), 0);
  assert.is(manager.numbers.labels.inUse().size, 0);
});

test('calls for one instance wait for one another, whatever comes at once', async () => {
  const { bus, manager } = scene();
  const answers = await Promise.all([
    manager.attach(endpoint(1)),
    manager.attach(endpoint(2)),
    manager.detach(endpoint(1)),
    manager.detach(endpoint(2)),
    manager.attach(endpoint(3)),
  ]);
  assert.equal(
    answers.map(({ ok }) => ok),
    [true, true, true, true, true],
  );
  // The instance of the first four is gone; the fifth made another.
  assert.equal(
    Array.from(manager.instances, ({ instance }) => instance.setup.name),
    ['VRF-2'],
  );
  assert.is(bus.countRoutes(VPNV4, 'local'), 1);
});

test('a VNI belongs to one instance; the label of an EVI without one is a VNI too', async () => {
  const { manager } = scene();
  assert.ok((await manager.attach(endpoint(1, { instanceId: 'one', vpnType: 'evpn', vni: 17 }))).ok);
  const clash = await manager.attach(endpoint(2, { instanceId: 'two', vni: 17 }));
  assert.equal(clash, {
    ok: false,
    fault: { kind: 'request', message: 'A VPN instance using vni 17 already exists.' },
  });
  await manager.attach(endpoint(3, { instanceId: 'three', vpnType: 'evpn' }));
  const taken = manager.find('three')!.instance.setup.dataplaneId;
  assert.is.not(taken, 17);
  assert.not.ok((await manager.attach(endpoint(4, { instanceId: 'four', vpnType: 'evpn', vni: taken }))).ok);
  await manager.detach(endpoint(1, { instanceId: 'one', vpnType: 'evpn' }));
  assert.ok((await manager.attach(endpoint(2, { instanceId: 'two', vni: 17 }))).ok);
});

test('an instance is of one type, and unknown ones cannot be detached from', async () => {
  const { manager } = scene();
  await manager.attach(endpoint(1));
  assert.not.ok((await manager.attach(endpoint(2, { vpnType: 'evpn' }))).ok);
  const unknown = await manager.detach(endpoint(1, { instanceId: 'nosuch' }));
  assert.equal(unknown, { ok: false, fault: { kind: 'request', message: 'VPN nosuch could not be found' } });
  assert.is(manager.instanceCount, 1);
  assert.ok((await manager.detach(endpoint(1, { vpnType: 'evpn' }))).ok, 'it is clear what is meant');
  assert.is(manager.instanceCount, 0);
});

test('VRFs of one node give each other their routes', async () => {
  const { manager, intents } = scene();
  await manager.attach(endpoint(1, { instanceId: 'one', exportTargets: [rt1], importTargets: [rt2] }));
  await manager.attach(endpoint(2, { instanceId: 'two', exportTargets: [rt2], importTargets: [rt1] }));
  const remote = intents.flatMap(({ key, state }) => (state?.kind === 'remote-prefix' ? [key] : []));
  assert.equal(remote.sort(), ['1/remote-prefix/10.0.0.2/32', '2/remote-prefix/10.0.0.1/32']);
});

test('routes that are there already reach the dataplane after the port', async () => {
  const { bus, manager, intents } = scene();
  bus.publish([vpnv4Route('10.1.0.0/24', { nextHop: pe1 })]);
  await manager.attach(endpoint(1));
  assert.equal(
    intents.map(({ state }) => state?.kind),
    ['vrf', 'vrf-endpoint', 'remote-prefix'],
  );
  bus.withdrawAll(reflector1);
  assert.is(intents.at(-1)?.key, '1/remote-prefix/10.1.0.0/24');
  assert.is(intents.at(-1)?.state, undefined);
});

/** A dataplane that confirms when the test says so. */
function slowSink(): { sink: Sink; confirm: (fail?: RegExp) => void } {
  const confirmations = new Subject<readonly Confirmation[]>();
  let waiting: Intent[] = [];
  return {
    sink: {
      ...dummySink(evpnDummy),
      apply: (intents$) => {
        intents$.subscribe((intents) => waiting.push(...intents));
        return confirmations;
      },
    },
    confirm: (fail) => {
      const intents = waiting;
      waiting = [];
      confirmations.next(
        intents.map((intent) => {
          const failed = intent.state !== undefined && fail?.test(intent.key) === true;
          return { intent, fault: failed ? { command: undefined, reason: 'no' } : undefined };
        }),
      );
    },
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('an attach is answered, and its route announced, when the dataplane has confirmed', async () => {
  const { sink, confirm } = slowSink();
  const { bus, manager } = scene(sink);
  let answered = false;
  const answer = manager.attach(endpoint(1, { vpnType: 'evpn' })).then((result) => {
    answered = true;
    return result;
  });
  await settle();
  assert.not.ok(answered);
  assert.is(bus.countRoutes(EVPN, 'local'), 0);
  assert.is(bus.subscriptionCount, 0);
  confirm();
  assert.equal(await answer, success(undefined));
  assert.is(bus.countRoutes(EVPN, 'local'), 2);
});

test('of two attaches that come at once the second waits until the first is answered', async () => {
  const { sink, confirm } = slowSink();
  const { manager, intents } = scene(sink);
  const both = [1, 2].map((number) => manager.attach(endpoint(number, { vpnType: 'evpn' })));
  await settle();
  assert.equal(
    intents.map(({ key }) => key),
    ['1/evi', '1/evpn-port/tap1', '1/local-mac/52:54:00:00:00:01'],
  );
  confirm();
  await settle();
  confirm();
  assert.equal(
    (await Promise.all(both)).map(({ ok }) => ok),
    [true, true],
  );
});

test('an attach that the dataplane refuses is gone when its rest is removed', async () => {
  const { sink, confirm } = slowSink();
  const { bus, manager } = scene(sink);
  const answer = manager.attach(endpoint(1, { vpnType: 'evpn' }));
  await settle();
  confirm(/local-mac/);
  await settle();
  assert.is(manager.instanceCount, 1, 'the dataplane still has the bridge');
  confirm();
  assert.not.ok((await answer).ok);
  assert.is(manager.instanceCount, 0);
  assert.is(manager.numbers.labels.inUse().size, 0);
  assert.is(bus.subscriptionCount, 0);
});

test('an attach that is tried again at once meets the confirmations of the first try, and is not fooled', async () => {
  const { sink, confirm } = slowSink();
  const { bus, manager } = scene(sink);
  const first = manager.attach(endpoint(1, { vpnType: 'evpn' }));
  await settle();
  confirm();
  assert.ok((await first).ok);
  const missing = endpoint(2, { vpnType: 'evpn' });
  const answers = [manager.attach(missing), manager.attach(missing)];
  for (let round = 0; round < 4; round++) {
    await settle();
    confirm(/tap2/);
  }
  assert.equal(
    (await Promise.all(answers)).map(({ ok }) => ok),
    [false, false],
  );
  assert.is(bus.countRoutes(EVPN, 'local'), 2, 'the multicast route and the first endpoint');
  assert.is(manager.find('net1')!.instance.endpoints.size, 1);
});

test('a stop during an attach removes what the attach has made, and waits for it', async () => {
  const { sink, confirm } = slowSink();
  const { manager, intents } = scene(sink);
  const answer = manager.attach(endpoint(1, { vpnType: 'evpn' }));
  await settle();
  const attachIntents = intents.length;
  let stopped = false;
  const stop = manager.stop().then(() => (stopped = true));
  assert.not.ok((await answer).ok);
  assert.equal(
    intents
      .slice(attachIntents)
      .filter(({ state }) => state === undefined)
      .map(({ key }) => key)
      .sort(),
    ['1/evi', '1/evpn-port/tap1', '1/local-mac/52:54:00:00:00:01'],
  );
  assert.not.ok(stopped);
  confirm();
  await stop;
  assert.is(manager.numbers.labels.inUse().size, 0);
});

test('what waits for its turn when the daemon stops is refused, as is what comes later', async () => {
  const { sink, confirm } = slowSink();
  const { manager } = scene(sink);
  const answers = [1, 2].map((number) => manager.attach(endpoint(number, { vpnType: 'evpn' })));
  await settle();
  const stop = manager.stop();
  answers.push(manager.attach(endpoint(3, { instanceId: 'other' })), manager.detach(endpoint(1)));
  confirm();
  await stop;
  assert.equal(
    (await Promise.all(answers)).map(({ ok }) => ok),
    [false, false, false, false],
  );
  assert.is(manager.instanceCount, 0);
});

test('a stop waits for the dataplane, and answers who waits for it', async () => {
  const { sink, confirm } = slowSink();
  const { manager } = scene(sink);
  const answer = manager.attach(endpoint(1, { vpnType: 'evpn' }));
  await settle();
  let stopped = false;
  const stop = manager.stop().then(() => (stopped = true));
  assert.not.ok((await answer).ok);
  assert.not.ok(stopped);
  confirm();
  await stop;
  assert.is(manager.instanceCount, 0);
});

test('confirmations that come late, on another clock, find the instance', async () => {
  const scheduler = new VirtualTimeScheduler();
  const late: Sink = {
    ...dummySink(evpnDummy),
    apply: (intents$) =>
      intents$.pipe(
        delay(5000, scheduler),
        map((intents) => intents.map((intent) => ({ intent, fault: undefined }))),
      ),
  };
  const { manager } = scene(late);
  const answer = manager.attach(endpoint(1, { vpnType: 'evpn' }));
  await settle();
  scheduler.flush();
  assert.ok((await answer).ok);
});

test.run();
