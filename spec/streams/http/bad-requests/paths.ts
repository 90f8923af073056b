import { VRF_PORT, type BadRequest } from './scene.ts';

type Request = readonly [request: string, status: number, description: string | null];

const at = (what: string, path: string): string =>
  `No such looking glass object: ${what} at http://localhost/looking-glass${path}`;

/** Methods and paths that are not there; the looking glass names what it does not know and where. */
const REQUESTS: readonly Request[] = [
  ['PUT /attach_localport', 405, null],
  ['DELETE /attach_localport', 405, null],
  ['PUT /detach_localport', 405, null],
  ['DELETE /detach_localport', 405, null],
  ['POST /', 405, null],
  ['DELETE /', 405, null],
  ['POST /looking-glass', 405, null],
  ['DELETE /looking-glass', 405, null],
  ['DELETE /looking-glass/vpns/instances/v1', 404, null],
  ['POST /looking-glass/vpns', 404, null],
  ['GET /nosuch', 404, null],
  ['POST /attach_localport/v1', 404, null],
  ['POST /ATTACH_LOCALPORT', 404, null],
  ['POST /attach-localport', 404, null],
  ['GET /looking-glassy', 404, null],
  ['GET /looking-glass/nosuch', 404, at("'nosuch'", '')],
  ['GET /looking-glass/VPNS', 404, at("'VPNS'", '')],
  ['GET /looking-glass/__proto__', 404, at("'__proto__'", '')],
  ['GET /looking-glass/constructor', 404, at("'constructor'", '')],
  ['GET /looking-glass/vpns/instances/nosuch', 404, at('nosuch', '/vpns/instances')],
  ['GET /looking-glass/vpns/instances/__proto__', 404, at('__proto__', '/vpns/instances')],
  ['GET /looking-glass/vpns/instances/v1/ports/tap99', 404, at("'tap99'", '/vpns/instances/v1/ports')],
  ['GET /looking-glass/vpns/instances/v1/name/length', 404, at("'length'", '/vpns/instances/v1/name')],
  ['GET /looking-glass/vpns/instances/v%201', 404, at('v 1', '/vpns/instances')],
  ['GET /looking-glass/vpns/instances/%00', 404, at('\u0000', '/vpns/instances')],
  ['GET /looking-glass/vpns/instances/v1%2Fports', 404, at('v1/ports', '/vpns/instances')],
  ['GET /looking-glass/vpns/instances/%F0%9F%90%8D', 404, at('🐍', '/vpns/instances')],
  [
    'GET /looking-glass/vpns/instances/%ff',
    404,
    'No such looking glass object at http://localhost/looking-glass',
  ],
  ['GET /looking-glass/bgp/peers/127.0.0.1', 404, at('127.0.0.1', '/bgp/peers')],
  ['GET /looking-glass/bgp/routes/ipv4', 404, at("'ipv4'", '/bgp/routes')],
  ['GET /looking-glass/vpns/dataplane/drivers/foo', 404, at('foo', '/vpns/dataplane/drivers')],
  [`GET /looking-glass/${'a/'.repeat(1000)}`, 404, at("'a'", '')],
  [`GET /looking-glass/vpns/instances/${'x'.repeat(5000)}`, 404, at('x'.repeat(5000), '/vpns/instances')],
];

export const BAD_PATHS: readonly BadRequest[] = REQUESTS.map(([request, status, description]) => {
  const [method, path] = request.split(' ') as [string, string];
  const body = method === 'POST' || method === 'PUT' ? JSON.stringify(VRF_PORT) : undefined;
  return { name: request.slice(0, 80), method, path, body, status, description };
});
