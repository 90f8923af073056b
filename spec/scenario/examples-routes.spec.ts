import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { exampleSuite, runImpatiently, runWherePossible } from './example-suite.ts';
import { examples, usesClassifiers } from './examples.ts';

const TITLE = 'examples in which routes lead the way';

const plain = examples().filter((example) => !usesClassifiers(example));
const scenarios = exampleSuite(TITLE, plain);

scenarios('a check that does not hold is found out, with what was seen instead', async () => {
  const [example] = plain.filter(({ name }) => name === 'chain-example2');
  const text = readFileSync(example!.path, 'utf8');
  const steps = `steps:
  - reaches: { from: net1vm1, to: net2vm2, through: [svm1, svm2] }
  - reaches: { from: net1vm1, to: net2vm2, through: [svm2, svm1] }
  - does-not-reach: { from: net1vm1, to: net2vm2 }
  - detach: [svm2-x2, vm2]
  - reaches: { from: net1vm1, to: net2vm2 }
  - attach: [svm2-x2, vm2]
  - detach: vm1
  - does-not-reach: { from: net1vm1, to: net2vm2, seen-at: [svm1] }
  - does-not-reach: { from: net3vm3, to: net2vm2 }
`;
  // A machine that sends nothing, as it has no route.
  const mute =
    'attachments:\n  mute: { node: a, network-type: ipvpn, vpn-instance-id: net3vm3, port: netns, ip: 13.0.0.1, ' +
    'gateway-ip: 13.0.0.1 }\n';
  const attached = text.slice(0, text.indexOf('steps:')).replace('attachments:\n', mute);
  const file = join(temporaryDirectory().path, 'wrong.yaml');
  writeFileSync(file, attached + steps);
  const { status, output } = await runImpatiently(5000, file);
  assert.is(status, 1, output);
  assert.match(
    output,
    /✘ .*\n +on the way there: expected svm2, svm1, seen at svm1 \(x1 → h0\), svm2 \(h0 → x2\)\n/,
  );
  assert.match(output, /✘ .* net1vm1 ↛ net2vm2 .*\n +net2vm2 is reached\n/);
  assert.match(output, /✘ .*\n +no answer to the ping; seen /);
  assert.match(output, /✘ .* ↛ .*\n +expected to be seen at svm1, seen at no service\n/);
  assert.match(output, /✘ .* ↛ .*\n +ping from net3vm3: .*Network is unreachable\n/);
  assert.match(output, /^1 of 6 checks hold$/m);
});

runWherePossible(TITLE, scenarios);
