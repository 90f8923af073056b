import { parseArgs } from 'node:util';
import { installPackages, missingPackages } from '../run/debian-packages.ts';
import { atExit, cleanUp, keepEverything } from '../support/at-exit.ts';
import { narrator } from './narrator.ts';
import { DIRECTORY, PREFIX, removeScene, standingNamespaces } from './scene.ts';
import { tellStory } from './story.ts';

const EXIT_USAGE = 2;
const USAGE = `Usage: npm run demo [-- --keep | --remove]

Two compute nodes in one E-VPN, from nothing to a ping, told step by step. Needs root.

  --keep    leave it running, and say how to enter
  --remove  remove what was kept
  --help    print this help and exit`;

interface Arguments {
  readonly keep?: boolean;
  readonly remove?: boolean;
  readonly help?: boolean;
}

async function main(values: Arguments): Promise<number> {
  if (values.help === true) {
    console.log(USAGE);
    return 0;
  }
  if (process.getuid?.() !== 0) return refuse('network namespaces need root');
  const missing = missingPackages(
    values.remove === true ? ['iproute2'] : ['gobgpd', 'iproute2', 'iputils-ping', 'procps'],
  );
  if (missing.length > 0) {
    console.log(`Installing Debian packages: ${missing.join(', ')} ...`);
    installPackages(missing);
  }
  if (values.remove === true) {
    console.log(removeScene() ? 'removed' : 'nothing to remove');
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

/** Undefined, and the reason said, for a command line that makes no sense. */
function readArguments(): Arguments | undefined {
  try {
    const type = 'boolean';
    const { values } = parseArgs({
      options: { keep: { type }, remove: { type }, help: { type, short: 'h' } },
    });
    if (values.keep !== true || values.remove !== true) return values;
    console.error('demo: --keep and --remove exclude each other');
  } catch (error) {
    console.error(`demo: ${(error as Error).message}`);
  }
  console.error(USAGE);
  return undefined;
}

function refuse(reason: string): number {
  console.error(`demo: ${reason}`);
  return 1;
}

// Programs that are kept must not keep us.
const values = readArguments();
process.exit(values === undefined ? EXIT_USAGE : await main(values));
