import { z } from 'zod';
import { EVPN_DRIVERS, IPVPN_DRIVERS, NO_OVS, type Traffic } from '../scenario.ts';

/** The shape of a scenario file. What its parts say of each other is not looked at here. */

/** An object without other members than these. */
function object<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? `unknown; expected one of: ${known}` : undefined),
  });
}

/** An empty value means an object without members. */
function orEmpty<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => value ?? {}, schema);
}

const NAME = /^[\w.][\w.-]*$/;
const name = z.string().regex(NAME, 'expected a name of letters, digits and . _ -');
/** `to-<name>` is an interface, whose name has 15 characters at most; `rr` is the reflector. */
const NODE_NAME = 'expected a name of 12 characters at most, and not rr';
const nodeName = name.refine((value) => value.length <= 12 && value !== 'rr', { error: NODE_NAME });
const names = z
  .union([name, z.array(name)], 'expected a name or a list of names')
  .transform((value) => (typeof value === 'string' ? [value] : value));

const text = z.union([z.string(), z.number().transform(String)]);
const option = z.union([text, z.literal(true), z.array(text).min(1)], {
  error: 'expected a text, a number, true, or a list of texts',
});

const TRAFFIC = 'expected ping, tcp PORT or udp PORT';

const traffic = z
  .string(TRAFFIC)
  .default('ping')
  .transform((value, context): Traffic => {
    if (value === 'ping') return { protocol: 'icmp' };
    const match = /^(tcp|udp) (\d{1,5})$/.exec(value);
    const port = Number(match?.[2]);
    if (match !== null && port >= 1 && port <= 0xffff) {
      return { protocol: match[1] === 'tcp' ? 'tcp' : 'udp', port };
    }
    context.addIssue({ code: 'custom', message: TRAFFIC });
    return z.NEVER;
  });

const journey = { from: name, to: name, with: traffic };

const DEFAULT_FLOWS = 40;
const FLOWS = 'expected a whole number from 4 to 1000';

const ACTIONS = {
  attach: names.optional(),
  detach: names.optional(),
  fail: name.optional(),
  restore: name.optional(),
  reaches: object({
    ...journey,
    through: z.array(name).optional(),
    back: z.array(name).optional(),
  }).optional(),
  'does-not-reach': object({ ...journey, 'seen-at': z.array(name).optional() }).optional(),
  spreads: object({
    ...journey,
    flows: z.int(FLOWS).min(4, FLOWS).max(1000, FLOWS).default(DEFAULT_FLOWS),
    over: z.array(name).min(2),
    through: z.array(name).optional(),
    back: z.array(name).optional(),
  }).optional(),
};

export const ACTION_NAMES = Object.keys(ACTIONS);

const step = object({ say: z.string().optional(), ...ACTIONS }).refine(
  ({ say, ...actions }) => {
    const { length } = Object.values(actions).filter((value) => value !== undefined);
    return length === 1 || (length === 0 && say !== undefined);
  },
  { error: `expected exactly one of: ${ACTION_NAMES.join(', ')}` },
);

const EVPN_DRIVER = `expected ${EVPN_DRIVERS.join(' or ')}${NO_OVS}`;

export const scenarioSchema = object({
  title: z.string(),
  about: z.string().optional(),
  reflector: z.enum(['gobgp', 'frr']).default('gobgp'),
  nodes: z
    .record(
      nodeName,
      orEmpty(
        object({
          evpn: z.enum(EVPN_DRIVERS, EVPN_DRIVER).default('linux'),
          ipvpn: z.enum(IPVPN_DRIVERS).default('ovs'),
        }),
      ),
    )
    .refine((value) => Object.keys(value).length > 0, { error: 'expected one node at least' }),
  'route-targets': z.record(name, text).default({}),
  attachments: z.record(name, z.object({ node: name }).catchall(option)),
  services: z
    .record(
      name,
      z
        .record(name, z.ipv4('expected the IPv4 address of a gateway'))
        .refine((sides) => Object.keys(sides).length === 2, {
          error: 'expected two interfaces, each with its gateway',
        }),
    )
    .default({}),
  steps: z.array(step).min(1, 'expected one step at least'),
});

export type ScenarioFile = z.output<typeof scenarioSchema>;
export type StepFile = ScenarioFile['steps'][number];
