import { runInside } from './inside.ts';

/** The IP VPN driver of the kernel, by itself; `peers.spec.ts` has the rest. */
runInside('kernel MPLS: the driver', (name) => name.startsWith('linux-'));
