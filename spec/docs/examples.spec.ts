import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanUp } from '../support/at-exit.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { isAsShown, layOut } from './comparison.ts';
import { startLaboratory, type Laboratory } from './laboratory.ts';
import { codeIn, fencedBlocks, tableBelow } from './markdown.ts';
import { crawl } from './pages.ts';
import { CONSOLE, readTranscript, type Exchange } from './transcript.ts';

/**
 * What the documents show of a terminal is what happens: the commands in blocks of the language `console` are typed,
 * in the order of the document, in the network that the documents speak of. `$ cat FILE` gives the file that content.
 *
 *     UPDATE_DOCUMENTS=true node --import tsx spec/docs/examples.spec.ts
 *
 * writes what the commands print into the documents.
 */
const DOCUMENTS = ['operator-guide.md', 'rest-api.md', 'looking-glass.md'];
const FOLDER = join(import.meta.dirname, '../../docs');
const UPDATE = process.env['UPDATE_DOCUMENTS'] === 'true';

/** Milliseconds until routes have gone their way and sessions their pace. */
const PATIENCE = UPDATE ? 2_000 : 10_000;

const examples = suite('examples of the documents');

examples.after(cleanUp);

for (const name of DOCUMENTS) {
  examples(`${name} shows what the commands print`, async () => {
    const directory = temporaryDirectory();
    const laboratory = await startLaboratory(directory);
    const file = join(FOLDER, name);
    const text = readFileSync(file, 'utf8');
    const exchanges = fencedBlocks(text)
      .filter(({ language }) => language === CONSOLE)
      .flatMap(readTranscript);
    assert.ok(exchanges.length > 0);
    const others: { readonly exchange: Exchange; readonly actual: string }[] = [];
    for (const exchange of exchanges) {
      const actual = await carryOut(laboratory, exchange);
      if (actual !== undefined) others.push({ exchange, actual });
    }
    if (name === 'looking-glass.md') await compareNodes(laboratory, text);
    await laboratory.stop();
    directory.remove();
    if (UPDATE) {
      const lines = text.split('\n');
      for (const { exchange, actual } of others.toReversed()) {
        const shown = layOut(actual.trim());
        lines.splice(
          exchange.outputStart - 1,
          exchange.output.length,
          ...(shown === '' ? [] : shown.split('\n')),
        );
      }
      writeFileSync(file, lines.join('\n'));
    } else {
      assert.is(
        others
          .map(
            ({ exchange, actual }) =>
              `docs/${name}:${exchange.outputStart - 1}: ${exchange.command}\n${actual}`,
          )
          .join('\n\n'),
        '',
      );
    }
  });
}

/** All pages that references lead to are in the table of nodes, and nothing else is. */
async function compareNodes({ look }: Laboratory, text: string): Promise<void> {
  const root = '/looking-glass';
  const { found, missing } = await crawl(look, root);
  // The source of the routes of RT Constraint has no page.
  assert.equal(missing, [`${root}/bgp/workers/BGPManager`]);
  const paths = found.map((path) => path.slice(root.length + 1));
  const unreached = new Set([
    // What is reached by way of a worker was reached before.
    ...['bgp/workers/<name>', 'bgp/workers/<name>/...'],
    // Nothing leads there, so that clients see the references that they know.
    ...['vpns/dataplane/intents', 'vpns/dataplane/intents/<id>'],
  ]);
  const nodes = tableBelow(text, 'Every node').map(([cell]) => codeIn(cell!)[0] ?? '');
  for (const path of paths)
    assert.ok(
      nodes.some((node) => pathPattern(node).test(path)),
      path,
    );
  for (const node of nodes) {
    assert.ok(unreached.has(node) || paths.some((path) => pathPattern(node).test(path)), node);
  }
}

function pathPattern(node: string): RegExp {
  return new RegExp(`^${node.replaceAll('...', '.+').replaceAll(/<\w+>/g, '[^/]+')}$`);
}

/** What may be typed: nothing that could reach a daemon, or a dataplane, other than those of the laboratory. */
const HARMLESS = /^(bagpipe-(rest-attach|looking-glass|impex2dot)|curl|bagpipe-bgp --config-file) /;

/** What it prints, if that is not what the document shows. */
async function carryOut(laboratory: Laboratory, exchange: Exchange): Promise<string | undefined> {
  const { place, command, output } = exchange;
  const shown = output.join('\n');
  const file = /^cat (\S+)$/.exec(command)?.[1];
  if (file !== undefined) {
    laboratory.write(place, file, `${shown}\n`);
    return undefined;
  }
  assert.match(`${command} `, HARMLESS, 'not to be run: show it in another block');
  let actual = '';
  try {
    await eventually(
      command,
      async () => {
        actual = await laboratory.type(place, command);
        assert.ok(isAsShown(shown, actual));
      },
      isQuestion(command) ? PATIENCE : 0,
    );
    return undefined;
  } catch {
    return actual;
  }
}

/** What changes nothing can be asked until the answer is there. */
function isQuestion(command: string): boolean {
  return (
    /^(bagpipe-looking-glass|bagpipe-impex2dot|curl)\b/.test(command) &&
    !/ (-d|--data|-X|POST)\b/.test(command)
  );
}

examples.run();
