import type { Namespace } from '../support/network-namespace.ts';

/**
 * Makes the kernel compute the checksum of what it sends through a virtual device, which it would leave to the hardware
 * that is not there. Between kernels nobody looks; but Open vSwitch in user space passes the packet on as it is, and
 * TCP and UDP at the other end drop it.
 */
export async function completeChecksums(namespace: Namespace, device: string): Promise<void> {
  await namespace.run(`ethtool -K ${device} tx off`);
}
