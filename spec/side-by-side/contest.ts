import { encodeUpdates } from '../../lib/bgp/update.ts';
import { connectPeer, type ScriptedPeer } from '../lib/bgp/capture/scripted-peer.ts';
import type { Answer } from '../support/api-client.ts';
import { eventually, Hopeless } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { assertEstablished } from '../support/looking-glass.ts';
import { run } from '../support/programs.ts';
import { type Daemon, startDaemon } from '../support/speakers/daemon.ts';
import { type Gobgp, startGobgp } from '../support/speakers/gobgp.ts';
import { startOriginal } from '../support/speakers/original.ts';
import type { Fact } from './fact.ts';
import { lookingGlassFacts, type LookingGlassScope } from './looking-glass-facts.ts';
import { advertisement, membership, type RemoteRoute } from './remote-route.ts';
import { OURS, ORIGINAL, REFLECTOR, REMOTE_PE, requestToSide, type Side, SIDES } from './side.ts';
import type { Body, Step } from './step.ts';
import { GOBGP_FAMILIES, type GobgpFamily, type GobgpTable, wireFacts } from './wire-facts.ts';

/**
 * Both daemons, a reflector between them, and a PE elsewhere that is a client of it too:
 *
 *     ours ──┐
 *            ├── gobgpd ── PE elsewhere
 *     original ┘
 *
 * A step is done to both at the same time. What it has led to is complete when the marker has gone round: a VRF whose
 * route changes after the last call, and a route that changes after the last announcement, take the same ways through
 * the same queues.
 */
export class Contest {
  private readonly daemons: ReadonlyMap<Side, Daemon>;
  private readonly reflector: Gobgp;
  private readonly socket: string;
  private readonly elsewhere: ScriptedPeer;
  private round = 0;

  private constructor(
    daemons: ReadonlyMap<Side, Daemon>,
    reflector: Gobgp,
    socket: string,
    elsewhere: ScriptedPeer,
  ) {
    this.daemons = daemons;
    this.reflector = reflector;
    this.socket = socket;
    this.elsewhere = elsewhere;
  }

  /** Programs that it starts end with this process, or with `cleanUp`. */
  static async start(directory: string): Promise<Contest> {
    const port = await freePort(REFLECTOR);
    const name = 'reflector';
    const reflector = await startGobgp({ directory, name, address: REFLECTOR, port });
    const node = async (side: Side): Promise<Daemon> => {
      const start = side === OURS ? startDaemon : startOriginal;
      return start({
        ...{ directory, name: side.name, address: side.address, peers: [REFLECTOR] },
        ...{ bgpPort: port, apiPort: await freePort() },
      });
    };
    const ours = await node(OURS);
    const original = await node(ORIGINAL);
    const daemons = new Map([
      [OURS, ours],
      [ORIGINAL, original],
    ]);
    for (const { api } of daemons.values()) {
      await eventually('established', () => assertEstablished(api, REFLECTOR), 45_000);
    }
    const elsewhere = await connectPeer(REFLECTOR, port, { address: REMOTE_PE });
    const contest = new Contest(daemons, reflector, `${directory}/${name}.sock`, elsewhere);
    contest.announceMarker();
    await contest.settle();
    return contest;
  }

  api(side: Side): Daemon['api'] {
    return this.daemons.get(side)!.api;
  }

  /** Does the step to both; the answers, if it is an API call. */
  async play(step: Step): Promise<ReadonlyMap<Side, Answer> | undefined> {
    switch (step.kind) {
      case 'attach':
      case 'detach': {
        const answers = await this.call(step.kind, step.body);
        return new Map(SIDES.map((side, index) => [side, answers[index]!]));
      }
      case 'announce':
      case 'withdraw':
        this.announce(step.route, step.kind === 'withdraw');
        return undefined;
      case 'ask':
      case 'stop-asking': {
        const withdrawn = step.kind === 'stop-asking';
        const routes = SIDES.map((side) => membership(side, step.target, REMOTE_PE, withdrawn));
        this.elsewhere.send(...encodeUpdates(routes, { fourOctetAs: true }));
        return undefined;
      }
    }
  }

  /** Waits until what was done before has had all its effects. */
  async settle(): Promise<void> {
    // What the calls have changed is with the reflector; that has answered to what the daemons ask for.
    await this.sendMarker();
    // Announcements are with the daemons.
    this.announceMarker();
    await eventually('the marker has come to the daemons', () => this.assertMarkerReceived(), 20_000);
    // What they make of them is with the reflector.
    await this.sendMarker();
  }

  /** What is seen of both, of the marker nothing. */
  async observe(scope: LookingGlassScope = EVERYTHING): Promise<readonly [ours: Fact[], original: Fact[]]> {
    const tables = await Promise.all(
      GOBGP_FAMILIES.map(async (family) => [family, await this.table(family)] as const),
    );
    const observed = SIDES.map(async (side) => {
      const wire = tables.flatMap(([family, table]) => wireFacts(side, family, table));
      const shown = await lookingGlassFacts(side, this.api(side), {
        ...scope,
        instances: (id) => id !== MARKER && scope.instances(id),
      });
      return [...shown, ...wire].filter((fact) => !isMarker(fact));
    });
    return Promise.all([observed[0]!, observed[1]!]);
  }

  /** What both programs have written, for the report of a failure. */
  logs(): string {
    return [...this.daemons]
      .map(([side, { program }]) => `${side.name}:\n${lastLines(program.output())}`)
      .join('\n');
  }

  private call(verb: 'attach' | 'detach', body: Body): Promise<Answer[]> {
    return Promise.all(
      SIDES.map((side) => this.api(side).send('POST', `/${verb}_localport`, requestToSide(side, body))),
    );
  }

  private announce(route: RemoteRoute, withdrawn: boolean): void {
    const routes = SIDES.map((side) => advertisement(side, route, withdrawn));
    this.elsewhere.send(...encodeUpdates(routes, { fourOctetAs: true }));
  }

  private async sendMarker(): Promise<void> {
    this.round++;
    const answers = await this.call('attach', { ...MARKER_ENDPOINT, local_pref: this.round });
    for (const { status, body } of answers) {
      if (status !== 200) throw new Hopeless(`the marker was refused: ${status} ${body}`);
    }
    await eventually(
      'the marker has come to the reflector',
      async () => {
        const table = await this.table('vpnv4');
        for (const side of SIDES) {
          const facts = wireFacts(side, 'vpnv4', table).filter(isMarker);
          const found = facts.map(({ members }) => members['local-pref']).join(' ');
          if (found !== String(this.round)) {
            this.assertRunning(side);
            throw new Error(`${side.name}: round ${found}, not ${this.round}`);
          }
        }
      },
      20_000,
    );
  }

  private announceMarker(): void {
    this.announce({ ...MARKER_ROUTE, med: this.round }, false);
  }

  private async assertMarkerReceived(): Promise<void> {
    for (const side of SIDES) {
      this.assertRunning(side);
      const shown = await this.api(side).lookingGlass(`vpns/instances/${MARKER}/received_routes`);
      const found = /"med": ?"(\d+)"/.exec(JSON.stringify(shown))?.[1];
      if (found !== String(this.round))
        throw new Error(`${side.name}: round ${found ?? '-'}, not ${this.round}`);
    }
  }

  private assertRunning(side: Side): void {
    const { program } = this.daemons.get(side)!;
    if (!program.isRunning()) throw new Hopeless(`${side.name} has ended: ${program.output()}`);
    if (!this.reflector.program.isRunning()) {
      throw new Hopeless(`gobgpd has ended: ${this.reflector.program.output().slice(-2000)}`);
    }
  }

  private async table(family: GobgpFamily): Promise<GobgpTable> {
    const text = await run([
      'gobgp',
      '--target',
      `unix://${this.socket}`,
      '-j',
      'global',
      'rib',
      '-a',
      family,
    ]);
    if (text === '' || text.includes('not in table')) return {};
    return JSON.parse(text) as GobgpTable;
  }
}

const EVERYTHING: LookingGlassScope = { instances: () => true, endpoints: true };

const MARKER = 'marker';
const MARKER_TARGET = '64512:9901';
const MARKER_IP = '10.255.255.1';

const MARKER_ENDPOINT: Body = {
  ...{ vpn_type: 'ipvpn', vpn_instance_id: MARKER, gateway_ip: '10.255.255.254' },
  ...{ mac_address: '52:54:00:ff:ff:ff', ip_address: MARKER_IP, local_port: 'marker' },
  ...{ import_rt: [MARKER_TARGET], export_rt: [MARKER_TARGET] },
};

const MARKER_ROUTE: RemoteRoute = {
  ...{ family: 'vpnv4', rd: 9901, prefix: '10.255.0.0/24', label: 999 },
  ...{ nextHop: '192.0.2.9', targets: [MARKER_TARGET] },
};

function isMarker({ kind, subject }: Fact): boolean {
  return kind === 'wire' && (subject.includes(MARKER_IP) || subject.endsWith(MARKER_TARGET));
}

const LINES_SHOWN = 12;

/** Without those that say that it was asked for something. */
function lastLines(output: string): string {
  const lines = output.split('\n').filter((line) => !/"(GET|POST) |_localport: /.test(line));
  return lines.slice(-LINES_SHOWN).join('\n');
}
