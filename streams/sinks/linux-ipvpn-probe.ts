import type { DataplaneFault } from '../../lib/dataplane/intent.ts';
import { modulesOf } from '../../lib/dataplane/linux-ipvpn/modules.ts';
import { probeLines } from '../../lib/dataplane/linux-ipvpn/probe-lines.ts';
import { type LinuxIpvpnSettings, underlayOf } from '../../lib/dataplane/linux-ipvpn/settings.ts';
import { isHostAddress, isIpv4 } from '../../lib/net/ip-address.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import type { LinuxNode } from './linux-node.ts';

/**
 * Finds out by doing it whether the kernel can do what the driver needs, and says which feature it lacks. Returns the
 * interface that has the local address, if one has.
 */
export async function probeKernel(
  node: LinuxNode,
  settings: LinuxIpvpnSettings,
): Promise<Result<string | undefined, DataplaneFault>> {
  const { localAddress } = settings;
  if (!isIpv4(localAddress) || !isHostAddress(localAddress)) {
    return complaint(`local address: ${JSON.stringify(localAddress)} is not the IPv4 address of a host`);
  }
  await node.loadModules(modulesOf(settings));
  const { proofs, removals } = probeLines(settings);
  for (const { tool, ...line } of removals) await node.carryOut(tool, [line]);
  let missing: DataplaneFault | undefined;
  for (const { tool, needs, ...line } of proofs) {
    const [fault] = (await node.carryOut(tool, [line])).values();
    if (fault === undefined) continue;
    missing = { ...fault, reason: `the kernel lacks ${needs}: ${fault.reason}` };
    break;
  }
  for (const { tool, ...line } of removals) await node.carryOut(tool, [line]);
  if (missing !== undefined) return failure(missing);
  const underlay = await findUnderlay(node, settings);
  return underlay.ok ? await node.interfaceWith(localAddress) : underlay;
}

async function findUnderlay(
  node: LinuxNode,
  settings: LinuxIpvpnSettings,
): Promise<Result<void, DataplaneFault>> {
  const underlay = underlayOf(settings);
  if (underlay.kind !== 'ethernet') return success(undefined);
  if (underlay.interface === 'lo') return complaint('mpls_interface: lo leads to no other node');
  const links = await node.links();
  if (!links.ok) return links;
  if (links.value.has(underlay.interface)) return success(undefined);
  return complaint(`mpls_interface: there is no interface ${underlay.interface}`);
}

function complaint(reason: string): Result<never, DataplaneFault> {
  return failure({ command: undefined, reason });
}
