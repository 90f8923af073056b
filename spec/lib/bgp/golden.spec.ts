import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AttributeCache } from '../../../lib/bgp/attribute/attribute-cache.ts';
import { decodeAttributes } from '../../../lib/bgp/attribute/decode-attributes.ts';
import { encodeForWire } from '../../../lib/bgp/attribute/encode-attributes.ts';
import type { AttributeValues, PathAttributes } from '../../../lib/bgp/attribute/path-attributes.ts';
import { SESSION_FAMILIES, type Family } from '../../../lib/bgp/family.ts';
import { HEADER_LENGTH, MESSAGE } from '../../../lib/bgp/message.ts';
import type { Nlri } from '../../../lib/bgp/nlri/nlri.ts';
import { nlriCodec } from '../../../lib/bgp/nlri/registry.ts';
import { decodeOpen, encodeOpen } from '../../../lib/bgp/open.ts';
import { decodeUpdate } from '../../../lib/bgp/update.ts';
import { bytes } from './arbitraries.ts';
import { listGolden, readGolden } from './capture/golden-file.ts';
import { EXPECTED } from './golden-expected.ts';
import { toHex } from './hex.ts';
import { summarize } from './summary.ts';

/** Bytes of real speakers, recorded by `capture/capture.ts`. */
const GOLDEN = listGolden().map((file) => {
  const [speaker, name] = file.split('/') as [string, string];
  return { file, messages: readGolden(speaker, name), fourOctetAs: speaker !== 'bagpipe' };
});

const UPDATES = GOLDEN.flatMap(({ file, messages, fourOctetAs }) =>
  messages
    .filter((message) => message[HEADER_LENGTH - 1] === MESSAGE.update)
    .map((message) => ({ file, message, fourOctetAs })),
);

interface GoldenRoute extends Nlri {
  readonly family: Family;
  readonly attributes: PathAttributes | undefined;
}

function routesOf(message: Buffer, fourOctetAs: boolean): readonly GoldenRoute[] {
  const routes: GoldenRoute[] = [];
  const context = { fourOctetAs, families: new Set(SESSION_FAMILIES), attributes: new AttributeCache() };
  decodeUpdate(message, HEADER_LENGTH, message.length, context, (family, key, payload, attributes) => {
    routes.push({ family, key, payload, attributes });
  });
  return routes;
}

test('each file has its expectation', () => {
  assert.equal(
    GOLDEN.map(({ file }) => file),
    Object.keys(EXPECTED).sort(),
  );
});

for (const { file, messages, fourOctetAs } of GOLDEN) {
  test(`${file} says what the speaker was told`, () => {
    assert.is(summarize(messages, fourOctetAs).join('\n'), EXPECTED[file]?.trim());
  });
}

for (const { file, message, fourOctetAs } of UPDATES) {
  test(`${file}: what is decoded comes back from the wire`, () => {
    for (const { family, key, payload, attributes } of routesOf(message, fourOctetAs)) {
      if (attributes === undefined) continue;
      const codec = nlriCodec(family);
      const nlri = codec.encode({ key, payload }, false);
      assert.ok(message.includes(nlri), `the bytes of ${codec.format({ key, payload }, undefined)}`);
      assert.ok(message.includes(codec.encodeNextHop(attributes.nextHop)), 'the bytes of the next hop');
      const wire = encodeForWire(attributes, { fourOctetAs });
      const { values, faults } = decodeAttributes(wire, 0, wire.length, { fourOctetAs });
      assert.equal(faults, []);
      assert.equal(values, valuesOf(attributes));
    }
  });
}

function valuesOf({ raw, nextHop, routeTargets, ...values }: PathAttributes): AttributeValues {
  assert.ok(raw.length > 0 && routeTargets.length >= 0 && nextHop !== '');
  return values;
}

for (const { file, messages, fourOctetAs } of GOLDEN.filter((golden) => golden.file.endsWith('-announce'))) {
  const withdrawal = GOLDEN.find((golden) => golden.file === file.replace(/-announce$/, '-withdraw'))!;
  test(`${file} and -withdraw are of the same route`, () => {
    const announced = messages.flatMap((message) => routesOf(message, fourOctetAs));
    const withdrawn = withdrawal.messages.flatMap((message) => routesOf(message, fourOctetAs));
    assert.equal(
      withdrawn.map(({ key, attributes }) => [key, attributes]),
      announced.map(({ key }) => [key, undefined]),
    );
  });
}

for (const { file, messages } of GOLDEN.filter((golden) => /(bagpipe|exabgp)\/open$/.test(golden.file))) {
  test(`${file}: our OPEN with the same content has the same bytes`, () => {
    const decoded = decodeOpen(messages[0]!, HEADER_LENGTH, messages[0]!.length);
    assert.is(decoded.ok && toHex(encodeOpen(decoded.value)), toHex(messages[0]!));
  });
}

test('property: real UPDATEs with bytes changed, cut or added are routes or faults', () => {
  const change = fc.record({ where: fc.nat(300), added: bytes(0, 2), cut: fc.nat(2) });
  fc.assert(
    fc.property(
      fc.constantFrom(...UPDATES),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      ({ message, fourOctetAs }, changes) => {
        let wire = message;
        for (const { where, added, cut } of changes) {
          const at = HEADER_LENGTH + (where % (wire.length - HEADER_LENGTH + 1));
          wire = Buffer.concat([wire.subarray(0, at), added, wire.subarray(at + cut)]);
        }
        routesOf(wire, fourOctetAs);
      },
    ),
    { numRuns: 2000 },
  );
});

test.run();
