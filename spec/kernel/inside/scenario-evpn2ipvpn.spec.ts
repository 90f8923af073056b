import { suite } from 'uvu';
import { cleanUp } from '../../support/at-exit.ts';
import { assertHolds, runScenario } from '../../scenario/example-suite.ts';

/** Bridges, VRFs and MPLS: all of it is the kernel's. */
const scenario = suite('two E-VPNs that an IP VPN connects, in the kernel');

scenario('machines reach each other', async () => {
  assertHolds(await runScenario('evpn2ipvpn', '--evpn', 'linux', '--ipvpn', 'linux'));
});

scenario.after(cleanUp);

scenario.run();
