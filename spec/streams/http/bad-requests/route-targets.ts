import { badAttach, VRF_PORT, type BadRequest, type Row } from './scene.ts';

const FORM = '<AS number>:<number> or <IPv4 address>:<number> is expected, like 64512:1';
const LIST = 'a list of route targets is expected, like ["64512:1"], not';

/** A target that is none, and how it is shown. */
const WRONG: readonly (readonly [target: unknown, shown: string])[] = [
  ['foo', 'foo'],
  ['64512', '64512'],
  ['64512:', '64512:'],
  [':1', ':1'],
  ['64512:1:1', '64512:1:1'],
  ['64512:-1', '64512:-1'],
  ['64512:4294967296', '64512:4294967296'],
  ['65536:65536', '65536:65536'],
  ['4294967296:1', '4294967296:1'],
  ['192.0.2.1:65536', '192.0.2.1:65536'],
  ['192.0.2.256:1', '192.0.2.256:1'],
  ['192.0.2:1', '192.0.2:1'],
  ['target:64512:1', 'target:64512:1'],
  [' 64512:1', '" 64512:1"'],
  ['0x10:1', '0x10:1'],
  ['64512:1e3', '64512:1e3'],
  ['６4512:1', '６4512:1'],
  ['64512:1\u0000', '"64512:1\\u0000"'],
  [null, 'null'],
  [645121, '645121'],
  [{}, '{}'],
  [['64512:1'], '["64512:1"]'],
];

const MEMBERS = WRONG.map(([target, shown]): Row => [
  `import_rt with ${JSON.stringify(target)}`,
  { import_rt: ['64512:1', target] },
  `import_rt[1]: route target ${shown} is not valid: ${FORM}`,
]);

const LISTS: readonly Row[] = [
  ['no export_rt', { export_rt: undefined }, "Missing parameter: 'export_rt'"],
  ['export_rt null', { export_rt: null }, `export_rt: ${LIST} null`],
  ['export_rt a number', { export_rt: 64512 }, `export_rt: ${LIST} 64512`],
  ['export_rt an object', { export_rt: { 0: '64512:1' } }, `export_rt: ${LIST} {"0":"64512:1"}`],
  ['export_rt true', { export_rt: true }, `export_rt: ${LIST} true`],
  [
    'export_rt text with something wrong in it',
    { export_rt: '64512:1,foo' },
    `export_rt[1]: route target foo is not valid: ${FORM}`,
  ],
  [
    'export_rt text with semicolons',
    { export_rt: '64512:1;64512:2' },
    `export_rt[0]: route target 64512:1;64512:2 is not valid: ${FORM}`,
  ],
  [
    'more targets than an UPDATE has room for',
    { export_rt: Array.from({ length: 401 }, (_, number) => `64512:${number}`) },
    'export_rt: at most 400 route targets are possible, not 401',
  ],
  [
    'more targets than that in one text',
    { import_rt: Array.from({ length: 500 }, (_, number) => `64512:${number}`).join(',') },
    'import_rt: at most 400 route targets are possible, not 500',
  ],
];

export const BAD_ROUTE_TARGETS: readonly BadRequest[] = [...MEMBERS, ...LISTS].map((row) =>
  badAttach(VRF_PORT, row),
);
