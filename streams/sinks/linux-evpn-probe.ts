import type { DataplaneFault } from '../../lib/dataplane/intent.ts';
import { BRIDGE_PREFIX, VXLAN_PREFIX } from '../../lib/dataplane/linux-evpn/names.ts';
import { parseIpAddress } from '../../lib/net/ip-address.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import type { Reader } from './read-state.ts';
import { runBatch } from './run-batch.ts';
import type { SinkOptions } from './sink.ts';

/** Recognisably ours, should we end half-way, and no name that an EVI may have. */
const BRIDGE = `${BRIDGE_PREFIX}.probe..`;
const DEVICE = `${VXLAN_PREFIX}.probe..`;

/**
 * Finds out by doing it whether the node can do what the driver needs: a kernel has its drivers built in, or loads them
 * when they are first used, and neither its version nor a list of modules says so.
 */
export async function probe(
  { run, rootHelper }: Reader,
  { localAddress }: Pick<SinkOptions, 'localAddress'>,
): Promise<Result<void, DataplaneFault>> {
  if (parseIpAddress(localAddress) === undefined) {
    return failure({
      command: undefined,
      reason: `local address: not an IP address: ${JSON.stringify(localAddress)}`,
    });
  }
  const lines = [
    `link add name ${BRIDGE} type bridge`,
    // The pair of VNI and port is nobody's. It is never up, so that the port is not taken.
    `link add name ${DEVICE} type vxlan id 16777215 local ${localAddress} dstport 1 nolearning`,
    `link set dev ${DEVICE} master ${BRIDGE}`,
    `link set dev ${DEVICE} type bridge_slave learning off neigh_suppress on flood on isolated on`,
  ];
  const removal = [`link del dev ${DEVICE}`, `link del dev ${BRIDGE}`];
  await runBatch(run, rootHelper, 'ip', removal);
  const failures = await runBatch(run, rootHelper, 'ip', lines);
  await runBatch(run, rootHelper, 'ip', removal);
  for (const [index, reason] of failures) {
    return failure({ command: [...rootHelper, 'ip', lines[index]!].join(' '), reason });
  }
  const tools = [
    ['bridge', '-V'],
    ['sysctl', '-V'],
  ];
  for (const tool of tools) {
    const command = [...rootHelper, ...tool];
    const result = await run(command, '');
    if (result.exitCode !== 0) {
      return failure({ command: command.join(' '), reason: result.stderr.trim() || 'cannot be run' });
    }
  }
  return success(undefined);
}
