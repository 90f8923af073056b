import { runInside } from './inside.ts';

/** The IP VPN driver of the kernel beside other PEs, FRR, Open vSwitch and E-VPN, and in service chains. */
runInside('kernel MPLS: peers and chains', (name) => !name.startsWith('linux-'));
