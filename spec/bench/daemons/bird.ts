import { startBird } from '../../support/speakers/bird.ts';
import { AS_NUMBER } from '../../support/speakers/gobgp.ts';
import type { Contender } from './contender.ts';
import { installedVersion } from './version.ts';

export const bird: Contender = {
  name: 'BIRD',
  hasVrfs: false,
  hasApi: false,
  isObservable: false,
  mostRoutes: Infinity,
  mostComparisons: Infinity,
  pace: undefined,
  poll: 200,
  version: () => installedVersion('/usr/sbin/bird', /(\S+)\s*$/),
  async start({ directory, address, speaker }) {
    const { program, ask } = await startBird({
      directory,
      name: 'bird',
      configuration: `
router id ${address};
vpn4 table vpn4tab;
protocol device { }
protocol bgp speaker {
  local ${address} as ${AS_NUMBER};
  neighbor ${speaker.address} port ${speaker.port} as ${AS_NUMBER};
  connect delay time 1;
  hold time 90;
  vpn4 mpls { table vpn4tab; import all; export none; gateway recursive; };
}
`,
    });
    return {
      pid: program.pid,
      async countRoutes() {
        const [, count] = /(\d+) of \d+ routes/.exec(await ask('show route table vpn4tab count')) ?? [];
        return Number(count);
      },
      stop: async () => {
        await program.stop();
      },
    };
  },
};
