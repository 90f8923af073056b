import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, Hopeless } from '../support/eventually.ts';
import { type Laboratory, Namespace } from '../support/network-namespace.ts';
import { inNamespace, type Program, run, startProgram } from '../support/programs.ts';
import { AS_NUMBER } from '../support/speakers/gobgp.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { acceptMpls, addKernelVrf, plugIntoKernelVrf } from './kernel-vrf.ts';
import { REFLECTOR_ADDRESS, UNDERLAY_MTU } from './underlay.ts';
import { VRF_MTU } from './vrf-machine.ts';

/**
 * A router of somebody else as a PE (RFC 4364): FRR has its VPN routes from the reflector and gives its own, and the
 * kernel of its namespace forwards, with MPLS on Ethernet. It needs a kernel with VRFs and MPLS.
 *
 * FRR uses a VPN route only if a label leads to its next hop, and it cannot be told that a neighbour on the same
 * Ethernet needs none. So there is a P router between them in one direction, the namespace of the reflector, which
 * takes off the outer one of two labels:
 *
 *     PE ── 1001, label of the VRF ──► P ── label of the VRF ──► node 10.77.0.1
 *     PE ◄──────────────────────────────── label of the VRF ──── node 10.77.0.1
 */
export interface FrrPe {
  readonly namespace: Namespace;
  /** In the underlay; the next hop of its routes. */
  readonly address: string;
  /** Behind its VRF. */
  readonly machine: Namespace;
  /** The answer to commands of its terminal, e.g. `show ip route vrf red`. */
  readonly vtysh: (...commands: string[]) => Promise<string>;
  /** Ends FRR, and with it the session and its routes in the kernel; the VRF and the machine stay. */
  readonly stop: () => Promise<void>;
}

export interface FrrPeOptions {
  /** Of its namespace, of 12 characters at most; the interface of its machine is `<name>-vm`. */
  readonly name: string;
  /** Its address in the underlay is 10.77.0.<host>: one of `FRR_HOSTS`, the first one unless given. */
  readonly host?: number;
  readonly vrf: {
    readonly name: string;
    /** A number that the VRF imports and exports. */
    readonly routeTarget: number;
    /** `10.77.0.101:1` */
    readonly rd: string;
    /** That leads into the VRF; FRR chooses it unless given. */
    readonly label?: number;
  };
  /** FRR advertises its network /24, whose last host is the gateway. */
  readonly machine: { readonly address: string; readonly mac: string };
}

/** Compute nodes have the first addresses of the underlay. */
const NODE_HOSTS = [1, 2, 3, 4, 5, 6, 7, 8];
export const FRR_HOSTS = [101, 102, 103];

const VRF_TABLE = 1001;

/** Adds the router to the underlay, and waits until it has its session with the reflector. All goes with `cleanUp`. */
export async function addFrrPe(
  { laboratory }: { readonly laboratory: Laboratory },
  options: FrrPeOptions,
): Promise<FrrPe> {
  const { name, vrf } = options;
  const address = addressOf(options.host ?? FRR_HOSTS[0]!);
  const hub = new Namespace(`${laboratory.prefix}-rr`);
  await makeTransport(hub);
  const namespace = await laboratory.namespace(name);
  await laboratory.link(namespace, 'underlay', hub, `to-${name}`, UNDERLAY_MTU);
  await hub.run(`ip link set to-${name} master switch`);
  await namespace.run(`ip addr add ${address}/24 dev underlay`);
  await acceptMpls(namespace, 'underlay');
  const machine = await addSite(laboratory, namespace, options);
  const router = await startRouter(namespace, {
    zebra: `hostname ${name}\n`,
    staticd: '',
    bgpd: vpnRouting(address, vrf),
  });
  await eventually(`ways from ${name} to other PEs`, () => setTransport(router, address), PATIENCE);
  await eventually(`session of ${name}`, () => assertEstablished(router), PATIENCE);
  return { namespace, address, machine, ...router };
}

/** In milliseconds: inside of User-Mode Linux a program takes its time to start. */
const PATIENCE = 60_000;

function addressOf(host: number): string {
  return `10.77.0.${host}`;
}

/** The label by which the P router knows the way to a PE. */
function transportLabel(host: number): number {
  return 1000 + host;
}

/** Makes the kernel of the reflector's namespace the penultimate hop of the ways to all PEs. */
async function makeTransport(hub: Namespace): Promise<void> {
  await acceptMpls(hub, 'switch');
  for (const host of [...NODE_HOSTS, ...FRR_HOSTS]) {
    await hub.run(`ip -f mpls route replace ${transportLabel(host)} via inet ${addressOf(host)} dev switch`);
  }
}

/** Until staticd has heard from zebra what the kernel can do it refuses labels, and says so with a status of 0. */
async function setTransport({ vtysh }: Router, own: string): Promise<void> {
  const others = [...NODE_HOSTS, ...FRR_HOSTS].filter((host) => addressOf(host) !== own);
  const route = (host: number): string =>
    `ip route ${addressOf(host)}/32 ${REFLECTOR_ADDRESS} label ${transportLabel(host)}`;
  const answer = await vtysh('configure terminal', ...others.map(route));
  if (answer !== '') throw new Error(answer);
}

/** The VRF, and the machine that is plugged into it. */
async function addSite(
  laboratory: Laboratory,
  namespace: Namespace,
  { name, vrf, machine: { address, mac } }: FrrPeOptions,
): Promise<Namespace> {
  const [device, gateway] = [`${name}-vm`, `${address.slice(0, address.lastIndexOf('.'))}.254`];
  const kernelVrf = { namespace, name: vrf.name, table: VRF_TABLE };
  await addKernelVrf(kernelVrf);
  const machine = await laboratory.machine(namespace, device, mac, `${address}/24`);
  await plugIntoKernelVrf(kernelVrf, { device, gateway: `${gateway}/24` });
  await machine.script(`
    ip link set eth0 mtu ${VRF_MTU}
    ip route add default via ${gateway}
  `);
  return machine;
}

function vpnRouting(address: string, vrf: FrrPeOptions['vrf']): string {
  return `
router bgp ${AS_NUMBER}
 bgp router-id ${address}
 no bgp default ipv4-unicast
 neighbor ${REFLECTOR_ADDRESS} remote-as ${AS_NUMBER}
 neighbor ${REFLECTOR_ADDRESS} timers connect 1
 address-family ipv4 vpn
  neighbor ${REFLECTOR_ADDRESS} activate
 exit-address-family
!
router bgp ${AS_NUMBER} vrf ${vrf.name}
 bgp router-id ${address}
 address-family ipv4 unicast
  redistribute connected
  rd vpn export ${vrf.rd}
  rt vpn both ${AS_NUMBER}:${vrf.routeTarget}
  label vpn export ${vrf.label ?? 'auto'}
  export vpn
  import vpn
 exit-address-family
`;
}

type Router = Pick<FrrPe, 'vtysh' | 'stop'>;

/** Starts daemons of FRR, each with the text of its configuration, in this order; nobody else uses their sockets. */
async function startRouter(
  namespace: Namespace,
  configurations: Readonly<Record<string, string>>,
): Promise<Router> {
  const directory = temporaryDirectory().path;
  const place = inNamespace(namespace.name);
  const ask = ['vtysh', '--vty_socket', directory];
  const programs: Program[] = [];
  for (const [daemon, configuration] of Object.entries(configurations)) {
    const file = join(directory, `${daemon}.conf`);
    writeFileSync(file, configuration);
    const words = [
      ...[`/usr/lib/frr/${daemon}`, '-f', file, '-i', join(directory, `${daemon}.pid`), '--log', 'stdout'],
      ...['--vty_socket', directory, '-P', '0', '-z', join(directory, 'zserv.api')],
      // Its own user must not look into the directory. The group is what it insists on.
      ...['-u', 'root', '-g', 'frrvty'],
    ];
    const program = startProgram(daemon, words, { directory, place });
    programs.unshift(program);
    await eventually(
      `${daemon} of ${namespace.name} answers`,
      async () => {
        if (!program.isRunning()) throw new Hopeless(`it has ended: ${program.output()}`);
        await run([...ask, '-d', daemon, '-c', 'show version']);
      },
      PATIENCE,
    );
  }
  return {
    vtysh: (...commands) => run([...ask, ...commands.flatMap((command) => ['-c', command])]),
    stop: async () => {
      // zebra is the last one, as the others tell it what to take back.
      for (const program of programs) await program.stop();
    },
  };
}

async function assertEstablished({ vtysh }: Router): Promise<void> {
  const summary = JSON.parse(await vtysh('show bgp ipv4 vpn summary json')) as Summary;
  const state = summary.peers?.[REFLECTOR_ADDRESS]?.state ?? 'no such neighbour';
  if (state !== 'Established') throw new Error(state);
}

interface Summary {
  readonly peers?: Readonly<Record<string, { readonly state: string }>>;
}
