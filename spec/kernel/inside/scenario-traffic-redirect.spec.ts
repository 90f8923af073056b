import { suite } from 'uvu';
import { cleanUp } from '../../support/at-exit.ts';
import { assertHolds, runScenario } from '../../scenario/example-suite.ts';

/** Traffic classifiers are policy rules of the kernel, services the next hops of its routes. */
const scenario = suite('a service chain for web traffic, in the kernel');

scenario('web traffic crosses both services, and nothing else passes', async () => {
  assertHolds(await runScenario('chain-traffic-redirect', '--ipvpn', 'linux'));
});

scenario.after(cleanUp);

scenario.run();
