import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { impexGraph } from '../../lib/cli/impex/graph.ts';
import type { InstanceView } from '../../lib/cli/impex/view.ts';
import { nameTargets, readPicture, sortGraph } from './picture.ts';

const RED = instance('red', ['target:64512:1', 'target:64512:2']);
const GREEN = instance('green', ['target:64512:2', 'target:64512:12']);

function instance(id: string, targets: readonly string[]): InstanceView {
  return {
    ...{ id, kind: 'VRF', imports: targets, exports: targets, readvertise: { from: [], to: [] } },
    ...{ attract: undefined, ports: [`to-${id}`], gatewayVrf: undefined },
  };
}

test('the order of instances makes no difference, and no statement is lost', () => {
  const graph = impexGraph([{ server: 'a', instances: [RED, GREEN] }]);
  const other = impexGraph([{ server: 'a', instances: [GREEN, RED] }]);
  assert.is.not(graph, other);
  assert.is(sortGraph(graph), sortGraph(other));
  const statements = (text: string): readonly string[] =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => !line.startsWith('/*'))
      .sort();
  assert.equal(statements(sortGraph(graph)), statements(graph));
  assert.is(sortGraph(graph).split('\n')[0], 'digraph import_export {');
  assert.is(sortGraph(graph).split('\n').at(-1), '}');
});

test('route targets have the names of the file', () => {
  const graph = impexGraph([{ server: 'a', instances: [RED, GREEN] }]);
  const named = nameTargets(graph, new Map([['net1', '64512:1']]));
  assert.match(named, String.raw`label="RT\n64512\n1\nnet1"`);
  assert.match(named, String.raw`label="RT\n64512\n2"`);
  assert.match(named, String.raw`label="RT\n64512\n12"`);
});

test('what a picture shows', () => {
  const svg = '<svg><title>x</title><g><title>b&#45;&gt;a</title>\n<text x="1">net1</text></g></svg>';
  assert.equal(readPicture(svg), ['b&#45;&gt;a', 'net1', 'x']);
});

test.run();
