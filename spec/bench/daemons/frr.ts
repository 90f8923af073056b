import { AS_NUMBER } from '../../support/speakers/gobgp.ts';
import { startFrr } from '../../support/speakers/frr.ts';
import { freePort } from '../../support/free-port.ts';
import type { Contender } from './contender.ts';
import { installedVersion } from './version.ts';

export const frr: Contender = {
  name: 'FRR bgpd',
  // It imports nothing into a VRF that zebra has not found in the kernel.
  hasVrfs: false,
  hasApi: false,
  isObservable: false,
  mostRoutes: Infinity,
  mostComparisons: Infinity,
  pace: undefined,
  poll: 50,
  version: () => installedVersion('/usr/lib/frr/bgpd', /version (\S+)/),
  async start({ directory, address, speaker }) {
    const { program, show } = await startFrr({
      directory,
      name: 'frr',
      address,
      port: await freePort(),
      configuration: `
router bgp ${AS_NUMBER}
 bgp router-id ${address}
 no bgp default ipv4-unicast
 bgp allow-martian-nexthop
 neighbor ${speaker.address} remote-as ${AS_NUMBER}
 neighbor ${speaker.address} port ${speaker.port}
 neighbor ${speaker.address} update-source ${address}
 neighbor ${speaker.address} timers connect 1
 neighbor ${speaker.address} timers 30 90
 address-family ipv4 vpn
  neighbor ${speaker.address} activate
 exit-address-family
`,
    });
    return {
      pid: program.pid,
      async countRoutes() {
        const summary = (await show('show bgp ipv4 vpn summary')) as {
          readonly peers?: Readonly<Record<string, { readonly pfxRcd?: number }>>;
        };
        return summary.peers?.[speaker.address]?.pfxRcd ?? NaN;
      },
      stop: async () => {
        await program.stop();
      },
    };
  },
};
