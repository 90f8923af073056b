import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseClassifier } from '../../../lib/api/classifier.ts';
import type { TrafficClassifier } from '../../../lib/vpn/request.ts';

const TCP: TrafficClassifier = {
  sourcePrefix: undefined,
  sourcePorts: undefined,
  destinationPorts: undefined,
  protocol: 6,
};

const understood: [name: string, classifier: unknown, means: Partial<TrafficClassifier>][] = [
  ['nothing: TCP', {}, {}],
  ['a source', { sourcePrefix: '10.0.0.0/24' }, { sourcePrefix: { address: '10.0.0.0', length: 24 } }],
  ['a host as source', { sourcePrefix: '10.0.0.1' }, { sourcePrefix: { address: '10.0.0.1', length: 32 } }],
  ['a destination, which is of no consequence', { destinationPrefix: '10.0.0.0/24' }, {}],
  ['a port', { sourcePort: '80' }, { sourcePorts: { first: 80, last: 80 } }],
  ['a port as a number', { destinationPort: 80 }, { destinationPorts: { first: 80, last: 80 } }],
  ['port 0 as a number', { destinationPort: 0 }, { destinationPorts: { first: 0, last: 0 } }],
  ['a range', { sourcePort: '80:90' }, { sourcePorts: { first: 80, last: 90 } }],
  ['all ports', { sourcePort: '0:65535' }, { sourcePorts: { first: 0, last: 65535 } }],
  [
    'snake case',
    { source_port: '80', destination_port: '1:2' },
    { sourcePorts: { first: 80, last: 80 }, destinationPorts: { first: 1, last: 2 } },
  ],
  ['a protocol by name', { protocol: 'udp' }, { protocol: 17 }],
  ['a protocol in capitals', { protocol: 'SCTP' }, { protocol: 132 }],
  ['a protocol by number', { protocol: 255 }, { protocol: 255 }],
  ['a protocol by number, as text', { protocol: '0' }, { protocol: 0 }],
  ['any protocol', { protocol: null }, { protocol: undefined }],
  ['any protocol, as nothing', { protocol: '' }, { protocol: undefined }],
  [
    'null for everything',
    { sourcePrefix: null, destinationPrefix: null, sourcePort: null, destinationPort: null },
    {},
  ],
  [
    'an empty string for everything',
    { sourcePrefix: '', destinationPrefix: '', sourcePort: '', destinationPort: '' },
    {},
  ],
];
for (const [name, classifier, means] of understood) {
  test(`understood: ${name}`, () => {
    assert.equal(parseClassifier(classifier), { ok: true, value: { ...TCP, ...means } });
  });
}

const ports = /: a port or a range is expected, like "80" or "80:90", not /;
const refused: [name: string, classifier: unknown, fault: RegExp][] = [
  ['null', null, /^: an object is expected, like {"destinationPort": "80"}, not null$/],
  ['a list', ['tcp'], /^: an object is expected/],
  ['text', 'tcp', /^: an object is expected, .* not tcp$/],
  [
    'a member that is not known',
    { sourcePorts: '80' },
    /^\.sourcePorts: not known; there are sourcePrefix, destinationPrefix, sourcePort, destinationPort, protocol$/,
  ],
  ['a member with a capital', { SourcePort: '80' }, /^\.SourcePort: not known/],
  ['a member of all objects', JSON.parse('{"__proto__": {"protocol": "udp"}}'), /^\.__proto__: not known/],
  [
    'IPv6',
    { sourcePrefix: '2001:db8::/32' },
    /^\.sourcePrefix: an IPv4 prefix is expected, .* not 2001:db8::\/32$/,
  ],
  ['a length over 32', { source_prefix: '10.0.0.0/33' }, /^\.source_prefix: an IPv4 prefix/],
  ['a destination that is none', { destinationPrefix: 'anywhere' }, /^\.destinationPrefix: an IPv4 prefix/],
  ['a prefix that is a number', { sourcePrefix: 10 }, /^\.sourcePrefix: an IPv4 prefix/],
  ['a port over 65535', { sourcePort: '65536' }, ports],
  ['a range over 65535', { sourcePort: '1:65536' }, ports],
  ['a range backwards', { destinationPort: '90:80' }, ports],
  ['half a range', { destinationPort: '80:' }, ports],
  ['the other half', { destinationPort: ':80' }, ports],
  ['three ports', { destinationPort: '1:2:3' }, ports],
  ['a range with a dash', { destinationPort: '80-90' }, ports],
  ['a negative port', { destinationPort: -1 }, ports],
  ['half a port', { destinationPort: 80.5 }, ports],
  ['a port with blanks', { destinationPort: ' 80' }, ports],
  ['a port of six digits', { destinationPort: '000080' }, ports],
  ['a list of ports', { destinationPort: ['80'] }, ports],
  ['a port that is true', { destinationPort: true }, ports],
  [
    'a protocol that nobody knows',
    { protocol: 'carrier pigeon' },
    /^\.protocol: the name or the number of an IP protocol/,
  ],
  ['a protocol over 255', { protocol: 256 }, /^\.protocol: /],
  ['a negative protocol', { protocol: -1 }, /^\.protocol: /],
  ['a protocol that is an object', { protocol: {} }, /^\.protocol: /],
];
for (const [name, classifier, fault] of refused) {
  test(`refused: ${name}`, () => {
    const parsed = parseClassifier(classifier);
    assert.ok(!parsed.ok);
    assert.match(parsed.fault, fault);
  });
}

test('whatever is given is understood or refused', () => {
  const member = fc.constantFrom(
    'sourcePort',
    'source_port',
    'destinationPrefix',
    'protocol',
    'sourcePrefix',
    '__proto__',
  );
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.dictionary(member, fc.anything())), (value) => {
      const parsed = parseClassifier(value);
      if (parsed.ok) {
        const { sourcePorts, destinationPorts, protocol } = parsed.value;
        for (const range of [sourcePorts, destinationPorts]) assert.ok(!range || range.first <= range.last);
        assert.ok(protocol === undefined || (protocol >= 0 && protocol <= 255));
      } else {
        assert.match(parsed.fault, /^[:.]/);
      }
    }),
  );
});

test.run();
