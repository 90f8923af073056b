import { temporaryDirectory } from '../../../support/temporary-directory.ts';
import { captureBagpipe } from './bagpipe.ts';
import { captureExabgp } from './exabgp.ts';
import { captureFrr } from './frr.ts';
import { captureGobgp } from './gobgp.ts';
import { writeGolden } from './golden-file.ts';

/**
 * Starts real speakers on loopback addresses, has them announce and withdraw routes, and writes what they send to
 * `spec/fixtures/golden`. Takes about a minute for each:
 *
 *     node --import tsx spec/lib/bgp/capture/capture.ts [gobgp] [frr] [exabgp] [bagpipe]
 */
const SPEAKERS = {
  gobgp: captureGobgp,
  frr: captureFrr,
  exabgp: captureExabgp,
  bagpipe: captureBagpipe,
};

const wanted = process.argv.slice(2);
for (const [speaker, capture] of Object.entries(SPEAKERS)) {
  if (wanted.length > 0 && !wanted.includes(speaker)) continue;
  const directory = temporaryDirectory();
  const { version, cases } = await capture(directory.path);
  writeGolden(speaker, version, cases);
  directory.remove();
  console.log(`${speaker}: ${cases.length} cases`);
}
process.exit(0);
