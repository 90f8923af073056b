import type { DataplaneFault } from '../../lib/dataplane/intent.ts';
import { lacksVersion } from '../../lib/dataplane/ovs/answers.ts';
import { trialGroupOf } from '../../lib/dataplane/ovs/owner.ts';
import type { Program } from '../../lib/dataplane/ovs/program.ts';
import { groupRow } from '../../lib/dataplane/ovs/row.ts';
import { parseIpAddress } from '../../lib/net/ip-address.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { nameOpenFlow } from './ovs-protocols.ts';
import type { OvsTools, Trouble } from './ovs-tools.ts';

/** The first release that tells of removed flows in OpenFlow 1.5 (`ovs-ofctl monitor`). */
const OLDEST = [3, 0] as const;

export interface ProbeOptions {
  readonly localAddress: string;
  readonly program: Pick<Program, 'bridge' | 'owner'>;
  readonly tools: OvsTools;
  /** Ports that the bridge must have. */
  readonly requiredPorts: readonly string[];
  /** `Group.selection` of the groups of the program, as configured; `dp_hash` if absent. */
  readonly selection?: string | undefined;
}

/** Finds out whether Open vSwitch is there and can do what the driver needs; lets the bridge speak OpenFlow 1.5. */
export async function probeSwitch(options: ProbeOptions): Promise<Result<void, DataplaneFault>> {
  const { localAddress, program, tools, requiredPorts } = options;
  if (parseIpAddress(localAddress) === undefined) {
    return fault(`local address: not an IP address: ${JSON.stringify(localAddress)}`);
  }
  const version = await readVersion(tools);
  if (!version.ok) return failure(version.fault.fault);
  if (isOlder(version.value)) {
    return fault(`Open vSwitch ${version.value} is too old: ${OLDEST.join('.')} or later is needed`);
  }
  const { bridge } = program;
  if (!(await tools.vsctl('br-exists', bridge)).ok) {
    return fault(
      `Open vSwitch has no bridge ${bridge}: make it (ovs-vsctl add-br ${bridge} -- ${secure(bridge)}), or name another one with ovs_bridge`,
    );
  }
  const trouble = await tryBridge(options);
  if (trouble !== undefined) return failure(trouble.fault);
  if (requiredPorts.length === 0) return success(undefined);
  const ports = await tools.ports();
  if (!ports.ok) return failure(ports.fault.fault);
  const missing = requiredPorts.find((name) => !ports.value.some((port) => port.name === name));
  return missing === undefined
    ? success(undefined)
    : fault(`bridge ${bridge} has no port ${missing}: add it (ovs-vsctl add-port ${bridge} ${missing})`);
}

/** What goes wrong with a bridge that is not secure; undefined if it is, or could not be asked. */
export async function warnOfInsecurity(tools: OvsTools, bridge: string): Promise<string | undefined> {
  const mode = await tools.vsctl('get-fail-mode', bridge);
  if (!mode.ok || mode.value.trim() === 'secure') return undefined;
  return `bridge ${bridge} is not secure: Open vSwitch itself lets packets pass between ports of different VRFs, IPv6 for example; set it (ovs-vsctl ${secure(bridge)})`;
}

function secure(bridge: string): string {
  return `set-fail-mode ${bridge} secure`;
}

/** What ovs-vswitchd said of itself when it was started as a service; else the version of the tools. */
export async function readVersion(tools: OvsTools): Promise<Result<string, Trouble>> {
  const answer = await tools.vsctl('get', 'Open_vSwitch', '.', 'ovs_version');
  if (!answer.ok) return answer;
  const running = versionIn(answer.value);
  if (running !== undefined) return success(running);
  const tool = await tools.vsctl('--version');
  if (!tool.ok) return tool;
  return success(versionIn(tool.value) ?? 'of unknown version');
}

function versionIn(text: string): string | undefined {
  return /\d+\.\d+(\.\d+)?/.exec(text)?.[0];
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

/** Puts a group and removes it, which nobody else has. */
async function tryBridge(options: ProbeOptions): Promise<Trouble | undefined> {
  const { program, tools, selection = 'selection_method=dp_hash' } = options;
  const { bridge, owner } = program;
  const probe = groupRow({
    id: trialGroupOf(owner),
    type: 'select',
    selection,
    buckets: [{ id: 0, actions: 'drop' }],
  });
  const attempt = async (): Promise<Trouble | undefined> => {
    const trouble = await tools.bundle([probe.put, probe.remove]);
    if (trouble?.refused !== true) return trouble;
    const { command, reason } = trouble.fault;
    return { ...trouble, fault: { command, reason: `groups with ${selection}: ${reason}` } };
  };
  const trouble = await attempt();
  const isMute = trouble !== undefined && lacksVersion(trouble.fault.reason);
  if (trouble !== undefined && !isMute) return trouble;
  const named = await nameOpenFlow(tools, bridge);
  if (!named.ok) return named.fault;
  return isMute ? await attempt() : undefined;
}

function fault(reason: string): Result<never, DataplaneFault> {
  return failure({ command: undefined, reason });
}
