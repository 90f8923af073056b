import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as types from '../../conf/value-type.ts';

type Row = readonly [
  type: types.ValueType<unknown>,
  right: Readonly<Record<string, unknown>>,
  wrong: readonly string[],
];

const ROWS: Readonly<Record<string, Row>> = {
  boolean: [
    types.boolean,
    { true: true, Yes: true, ON: true, 1: true, False: false, no: false, off: false, 0: false },
    ['', 'y', 't', '2', 'enabled', 'maybe'],
  ],
  integer: [
    types.integer(-5, 1000),
    { 7: 7, '+5': 5, '-5': -5, '007': 7, '1_000': 1000 },
    ['', '0x10', '1.0', '1001', '-6', '1e2', '5 6'],
  ],
  'integer of 64 bits': [
    types.uint64,
    {
      0: 0,
      '+1_000': 1000,
      9007199254740991: 9007199254740991,
      '9007199254740992': '9007199254740992',
      '9007199254740993': '9007199254740993',
      '018446744073709551615': '18446744073709551615',
    },
    ['', '-1', '1.0', '0x10', '1e2', '18446744073709551616', '9'.repeat(99)],
  ],
  port: [types.port, { 1: 1, 65535: 65535 }, ['0', '65536', '-1', 'http', '']],
  choice: [types.choice('hash', 'dp_hash'), { hash: 'hash' }, ['', 'HASH', 'x']],
  host: [
    types.host,
    { '10.0.0.1': '10.0.0.1', '::1': '::1', localhost: 'localhost', 'a-b.example.org.': 'a-b.example.org.' },
    ['', '10.0.0.300', '10.0.0', 'a_b', '-a', 'a b', 'a..b', 'x'.repeat(64)],
  ],
  'list of hosts': [
    types.listOf(types.ipv4Host),
    { '': [], '10.0.0.1': ['10.0.0.1'], ' a , b,': ['a', 'b'], 'a,\nb': ['a', 'b'], 'a,,b': ['a', 'b'] },
    ['::1', 'a b', '10.0.0.1;10.0.0.2', '10.0.0.256'],
  ],
  'address or interface': [
    types.ipv4OrInterface,
    { '10.0.0.1': '10.0.0.1', eth0: 'eth0', 'br-ex': 'br-ex', 'eth0.100': 'eth0.100' },
    ['10.0.0.300', '1.2.3.4.5', '::1', 'a name', 'sixteen-chars-xx', '-x', '..', ''],
  ],
  'list of assignments': [types.listOf(types.assignment), { 'a=b, c=': ['a=b', 'c='] }, ['a', '=b', 'a b=c']],
};

for (const [name, [type, right, wrong]] of Object.entries(ROWS)) {
  test(`type ${name}`, () => {
    for (const [text, value] of Object.entries(right)) {
      const parsed = type.parser.safeParse(text);
      assert.ok(parsed.success, `"${text}" is right`);
      assert.equal(parsed.data, value);
    }
    for (const text of wrong) assert.not(type.parser.safeParse(text).success, `"${text}" is wrong`);
    assert.ok(type.expected.length > 3);
  });
}

test.run();
