import { parseArgs } from 'node:util';
import { installPackages, missingPackages } from '../run/debian-packages.ts';
import { atExit, cleanUp, keepEverything } from '../support/at-exit.ts';
import { narrator } from './narrator.ts';
import { DIRECTORY, PREFIX, removeScene, standingNamespaces } from './scene.ts';
import { tellStory } from './story.ts';

/**
 * `npm run demo`: two compute nodes in one E-VPN, from nothing to a ping, told step by step.
 *
 *     --keep    leaves it running, and says how to enter
 *     --remove  removes what was kept
 */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { keep: { type: 'boolean' }, remove: { type: 'boolean' } } });
  if (process.getuid?.() !== 0) return refuse('network namespaces need root');
  const missing = missingPackages(['gobgpd', 'iproute2', 'iputils-ping', 'procps']);
  if (missing.length > 0) {
    console.log(`Installing Debian packages: ${missing.join(', ')} ...`);
    installPackages(missing);
  }
  if (values.remove === true) {
    removeScene();
    return 0;
  }
  if (standingNamespaces().length > 0) {
    return refuse('one stands already; "npm run demo -- --remove" removes it');
  }
  const tell = narrator((line) => console.log(line), process.stdout.isTTY);
  atExit(removeScene);
  const laboratory = await tellStory(tell, values.keep === true);
  if (values.keep !== true) {
    cleanUp();
    tell.step('Everything is removed again');
    tell.say('"npm run demo -- --keep" leaves it running, so that you can look around.');
    return 0;
  }
  laboratory.keep();
  keepEverything();
  tell.step('It goes on running');
  tell.command('here', ['ip', 'netns', 'exec', `${PREFIX}-vm2`, 'ping', '10.0.0.1']);
  tell.command('here', ['ip', 'netns', 'exec', `${PREFIX}-a`, 'bash']);
  tell.say('and in that shell, on node a:');
  tell.command('a', ['node', 'dist/bin/bagpipe-looking-glass.js', '-r', 'vpns']);
  tell.command('a', ['bridge', 'fdb', 'show']);
  tell.say(`   configuration files and logs: ${DIRECTORY}`);
  tell.say('', 'When you have seen enough: npm run demo -- --remove');
  return 0;
}

function refuse(reason: string): number {
  console.error(`demo: ${reason}`);
  return 1;
}

// Programs that are kept must not keep us.
process.exit(await main());
