import { z } from 'zod';
import { failure, success, type Result } from '../../result.ts';

/**
 * What the graph needs of the looking glass of one daemon, of this program or of its predecessor. Members that are
 * missing or `null` say "none": not all instances have all of them.
 */
export interface ServerView {
  /** As the user calls it. */
  readonly server: string;
  readonly instances: readonly InstanceView[];
}

export interface InstanceView {
  readonly id: string;
  readonly kind: 'VRF' | 'EVI';
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  readonly readvertise: { readonly from: readonly string[]; readonly to: readonly string[] };
  readonly attract: AttractView | undefined;
  readonly ports: readonly string[];
  /** The id of the VRF that an E-VPN is plugged into. */
  readonly gatewayVrf: string | undefined;
}

export interface AttractView {
  readonly redirectTargets: readonly string[];
  /** `destinationPort` and `80`, for example. */
  readonly classifier: readonly (readonly [name: string, value: string])[];
  readonly to: readonly string[];
  readonly staticPrefixes: readonly string[];
}

/** One line of `vpns/instances`. */
export interface ListedInstance {
  readonly id: string;
  readonly kind: InstanceView['kind'];
}

const texts = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

const instanceId = z.union([z.string(), z.number().transform(String)]);

const list = z.array(
  z.object({ id: instanceId, name: z.templateLiteral([z.enum(['VRF', 'EVI']), z.string()]) }),
);

const attractTraffic = z.object({
  redirect_rts: texts,
  classifier: z.record(z.string(), z.unknown()).nullish(),
  to: texts,
  static_destination_prefixes: z.array(z.unknown()).nullish(),
});

const instance = z.object({
  route_targets: z.object({ import: texts, export: texts }).nullish(),
  readvertise: z.object({ from: texts, to: texts }).nullish(),
  attract_traffic: attractTraffic.nullish(),
  gateway_port: z.object({ ipvpn: z.object({ external_instance_id: instanceId }).nullish() }).nullish(),
});

const portsByName = z.record(z.string(), z.unknown());

/** Parses the page `vpns/instances`; the fault says what is not as expected. */
export function parseInstances(page: unknown): Result<readonly ListedInstance[], string> {
  const parsed = list.safeParse(page);
  if (!parsed.success) return unexpected(parsed.error);
  return success(
    parsed.data.map(({ id, name }) => ({ id, kind: name.startsWith('VRF') ? ('VRF' as const) : 'EVI' })),
  );
}

/** Parses the page of an instance, and that of its ports. */
export function parseInstance(
  { id, kind }: ListedInstance,
  page: unknown,
  ports: unknown,
): Result<InstanceView, string> {
  const parsed = instance.safeParse(page);
  if (!parsed.success) return unexpected(parsed.error);
  const named = portsByName.safeParse(ports);
  if (!named.success) return unexpected(named.error);
  const { route_targets, readvertise, attract_traffic, gateway_port } = parsed.data;
  return success({
    id,
    kind,
    imports: route_targets?.import ?? [],
    exports: route_targets?.export ?? [],
    readvertise: readvertise ?? { from: [], to: [] },
    attract: attractView(attract_traffic),
    ports: Object.keys(named.data),
    gatewayVrf: gateway_port?.ipvpn?.external_instance_id,
  });
}

function attractView(attract: z.infer<typeof attractTraffic> | null | undefined): AttractView | undefined {
  if (attract === null || attract === undefined || attract.redirect_rts.length === 0) return undefined;
  const classifier = Object.entries(attract.classifier ?? {});
  return {
    redirectTargets: attract.redirect_rts,
    classifier: classifier.map(([name, value]) => [name, valueText(value)]),
    to: attract.to,
    staticPrefixes: (attract.static_destination_prefixes ?? []).map(valueText),
  };
}

/** They are only shown: whatever they are, the rest of the graph is worth having. */
function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function unexpected({ issues }: z.ZodError): Result<never, string> {
  const { path, message } = issues[0]!;
  return failure(`${path.length === 0 ? 'the page' : path.join('.')}: ${message}`);
}
