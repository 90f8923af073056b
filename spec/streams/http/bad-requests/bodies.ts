import { VRF_PORT, type BadRequest } from './scene.ts';

const GOOD = JSON.stringify(VRF_PORT);
const NO_DETAILS = 'No local port details received';
const NOT_AN_OBJECT = 'API error: the body is not valid: a JSON object is expected, not';

/** The parser's own words, which are others in other versions of Node.js. */
function notJson(body: string): readonly [body: string, description: string] {
  try {
    JSON.parse(body);
  } catch (error) {
    return [body, `${NO_DETAILS}: the body is not JSON: ${(error as Error).message}`];
  }
  throw new Error(`${body} is JSON`);
}

/** Bodies that are no JSON object, whatever the parameters; `GOOD` is one that would be carried out. */
const BODIES: readonly (readonly [name: string, body: string | undefined, description: string])[] = [
  ['none', undefined, `${NO_DETAILS}: the body is empty: a JSON object is expected`],
  ['empty', '', `${NO_DETAILS}: the body is empty: a JSON object is expected`],
  ['blank', ' \n\t', `${NO_DETAILS}: the body is empty: a JSON object is expected`],
  ['cut short', ...notJson(GOOD.slice(0, -1))],
  ['two objects', ...notJson(`${GOOD}${GOOD}`)],
  ['something after it', ...notJson(`${GOOD} x`)],
  ['a comma too many', ...notJson(GOOD.replace(/}$/, ',}'))],
  ['single quotes', ...notJson(GOOD.replaceAll('"', "'"))],
  ['NaN', ...notJson(GOOD.replace('{', '{"vni":NaN,'))],
  ['a NUL in a string', ...notJson(GOOD.replace('v1', 'v\u0000'))],
  ['a form', ...notJson('vpn_type=ipvpn&vpn_instance_id=v1')],
  ['XML', ...notJson('<attach vpn_type="ipvpn"/>')],
  ['a list', `[${GOOD}]`, `${NOT_AN_OBJECT} [${GOOD.slice(0, 76)}...`],
  ['an empty list', '[]', `${NOT_AN_OBJECT} []`],
  ['null', 'null', `${NOT_AN_OBJECT} null`],
  ['a number', '3', `${NOT_AN_OBJECT} 3`],
  ['a string', '"x"', `${NOT_AN_OBJECT} "x"`],
  ['true', 'true', `${NOT_AN_OBJECT} true`],
  ['an empty object', '{}', 'API error: missing instance_type: vpn_type, ipvpn or evpn, is expected'],
  [
    'only a prototype',
    `{"__proto__":${GOOD}}`,
    'API error: missing instance_type: vpn_type, ipvpn or evpn, is expected',
  ],
  [
    'a parameter in the prototype',
    GOOD.replace('"mac_address":', '"x":').replace('{', '{"__proto__":{"mac_address":"52:54:00:00:00:09"},'),
    "API error: Missing parameter: 'mac_address'",
  ],
  [
    'a parameter twice, the last wrong',
    GOOD.replace(/}$/, ',"vni":-1}'),
    'API error: vni: an integer from 0 to 16777215 is expected, not -1',
  ],
  [
    'a number beyond all numbers',
    GOOD.replace(/}$/, ',"vni":1e999}'),
    'API error: vni: an integer from 0 to 16777215 is expected, not Infinity',
  ],
  [
    'half a character',
    GOOD.replace('tap9', 'tap\\ud800'),
    'API error: local_port.linuxif "tap\\ud800" is not valid: the name of an interface is expected, at most 15 characters',
  ],
  [
    'nesting',
    GOOD.replace(/}$/, `,"x":${'['.repeat(5000)}${']'.repeat(5000)}}`),
    `${NO_DETAILS}: the body is nested deeper than 32 levels`,
  ],
  ['nesting without end', '['.repeat(100_000), `${NO_DETAILS}: the body is nested deeper than 32 levels`],
];

const REQUEST = { method: 'POST', path: '/attach_localport', status: 400 };

export const BAD_BODIES: readonly BadRequest[] = BODIES.map(([name, body, description]) => ({
  ...REQUEST,
  ...{ name: `body: ${name}`, body, description },
}));

/** A body that is nothing to do with JSON, or too long for anybody. */
export const HUGE_BODY: BadRequest = {
  ...REQUEST,
  ...{ name: 'body: two megabytes', body: ' '.repeat(2 ** 21), status: 413, description: null },
};
