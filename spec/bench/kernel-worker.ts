import { cleanUp } from '../support/at-exit.ts';
import { type IpvpnLoad, measureIpvpn } from './ipvpn-load.ts';
import { withKernelNode } from './kernel-node.ts';

/** Measures the load of the command line, JSON, on the kernel that runs this; writes the row of results, JSON. */
const load = JSON.parse(process.argv[2]!) as IpvpnLoad;
const row = await withKernelNode((node) => measureIpvpn(node, load));
cleanUp();
process.stdout.write(`${JSON.stringify(row)}\n`);
process.exit(0);
