import { type DebianPackage, installPackages, missingPackages } from '../run/debian-packages.ts';
import { atExit, cleanUp, keepEverything } from '../support/at-exit.ts';
import { type Arguments, isExample, readArguments, USAGE } from './arguments.ts';
import { type Narrator, narrator } from './narrator.ts';
import { DIRECTORY, PREFIX, removeScene, standingNamespaces } from './scene.ts';
import type { Ending } from './story.ts';

const EXIT_USAGE = 2;

/** What every story needs. */
const PACKAGES: readonly DebianPackage[] = ['gobgpd', 'iproute2', 'iputils-ping'];

async function main({ story, action }: Arguments): Promise<number> {
  if (action === 'help') {
    console.log(USAGE);
    return 0;
  }
  if (process.getuid?.() !== 0) return refuse('network namespaces need root');
  const missing = missingPackages(action === 'remove' ? ['iproute2'] : [...PACKAGES, ...story.packages]);
  if (missing.length > 0) {
    console.log(`Installing Debian packages: ${missing.join(', ')} ...`);
    installPackages(missing);
  }
  if (action === 'remove') {
    console.log(removeScene() ? 'removed' : 'nothing to remove');
    return 0;
  }
  if (standingNamespaces().length > 0) {
    return refuse('one stands already; "npm run demo -- --remove" removes it');
  }
  const tell = narrator((line) => console.log(line), process.stdout.isTTY);
  atExit(removeScene);
  const ending = await story.tell(tell, action === 'keep');
  if (action === 'keep') {
    ending.laboratory.keep();
    keepEverything();
    showAround(tell, ending);
    return 0;
  }
  cleanUp();
  tell.step('Everything is removed again');
  tell.say('With --keep it is left running, so that you can look around.');
  return 0;
}

function showAround(tell: Narrator, { address, environment, looks }: Ending): void {
  const variables = Object.entries(environment).map((pair) => pair.join('='));
  const shell = variables.length === 0 ? ['bash'] : ['env', ...variables, 'bash'];
  tell.step('It goes on running');
  tell.command('here', ['ip', 'netns', 'exec', `${PREFIX}-vm2`, 'ping', address]);
  tell.command('here', ['ip', 'netns', 'exec', `${PREFIX}-a`, ...shell]);
  tell.say('and in that shell, on node a:');
  for (const words of looks) tell.command('a', words);
  tell.say(`   configuration files and logs: ${DIRECTORY}`);
  tell.say('', 'When you have seen enough: npm run demo -- --remove');
}

function refuse(reason: string): number {
  console.error(`demo: ${reason}`);
  return 1;
}

const words = process.argv.slice(2);
// With the same words, and all that follows.
if (isExample(words)) await import('../scenario/main.ts');
const given = readArguments(words);
if (!given.ok) console.error(`demo: ${given.fault}\n${USAGE}`);
// Programs that are kept must not keep us.
process.exit(given.ok ? await main(given.value) : EXIT_USAGE);
