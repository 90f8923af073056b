import { z } from 'zod';
import { failure, type Result, success } from '../../result.ts';
import { BRIDGE_PREFIX } from './names.ts';

/** What we want to know of a network interface, from `ip -j -d addr`. */
export interface Link {
  readonly name: string;
  readonly up: boolean;
  readonly mtu: number;
  readonly macAddress: string;
  readonly master: string | undefined;
  /** IPv4 and IPv6 addresses, without length. */
  readonly addresses: readonly string[];
  readonly isLoopback: boolean;
  /** `bridge`, `vxlan`, ...; undefined for hardware. */
  readonly kind: string | undefined;
  /** A bridge without STP, forward delay and snooping. */
  readonly isQuietBridge: boolean;
  /** A bridge that takes no IPv4 packet for the node, and answers no ARP for it; false if that was not asked. */
  readonly isShielded: boolean;
  readonly vxlan: VxlanParameters | undefined;
  /** The other end of a veth pair, if it is in the same network namespace. */
  readonly peer: string | undefined;
  /** A bridge port that does not learn, suppresses ARP, floods, and passes nothing to others of its kind. */
  readonly isGuardedPort: boolean;
}

export interface VxlanParameters {
  readonly vni: number;
  readonly local: string | undefined;
  readonly dstPort: number;
  /** Answers ARP itself from its own neighbours, and swallows what it cannot answer. */
  readonly proxy: boolean;
  readonly learning: boolean;
}

const addressInfo = z.object({ local: z.string().optional() });

const linkInfo = z.object({
  info_kind: z.string().optional(),
  info_data: z
    .object({
      stp_state: z.number().optional(),
      forward_delay: z.number().optional(),
      mcast_snooping: z.number().optional(),
      id: z.unknown().optional(),
      local: z.string().optional(),
      local6: z.string().optional(),
      port: z.unknown().optional(),
      proxy: z.boolean().optional(),
      learning: z.unknown().optional(),
    })
    .optional(),
  info_slave_data: z
    .object({
      learning: z.unknown().optional(),
      flood: z.unknown().optional(),
      neigh_suppress: z.unknown().optional(),
      isolated: z.unknown().optional(),
    })
    .optional(),
});

const link = z.object({
  ifname: z.string(),
  flags: z.array(z.string()),
  mtu: z.number(),
  address: z.string().optional(),
  master: z.string().optional(),
  link: z.string().nullish(),
  link_type: z.string().optional(),
  linkinfo: linkInfo.optional(),
  addr_info: z.array(addressInfo).optional(),
});

/** Parses the output of `ip -j -d addr`. */
export function parseLinks(text: string): Result<readonly Link[], string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return failure('ip -j -d addr: not JSON');
  }
  const list = z.array(z.unknown()).safeParse(json);
  if (!list.success) return failure('ip -j -d addr: not a list');
  const links: Link[] = [];
  for (const item of list.data) {
    // An interface that vanishes while the list is made leaves an empty object.
    const parsed = link.safeParse(item);
    if (parsed.success) links.push(toLink(parsed.data));
  }
  return success(links);
}

function toLink(raw: z.infer<typeof link>): Link {
  const kind = raw.linkinfo?.info_kind;
  const data = raw.linkinfo?.info_data;
  const port = raw.linkinfo?.info_slave_data;
  return {
    name: raw.ifname,
    up: raw.flags.includes('UP'),
    mtu: raw.mtu,
    macAddress: raw.address ?? '',
    master: raw.master,
    addresses: (raw.addr_info ?? []).flatMap((info) => info.local ?? []),
    isLoopback: raw.flags.includes('LOOPBACK'),
    kind,
    isQuietBridge:
      kind === 'bridge' && data?.stp_state === 0 && data.forward_delay === 0 && data.mcast_snooping === 0,
    isShielded: false,
    vxlan:
      kind === 'vxlan' && typeof data?.id === 'number'
        ? {
            vni: data.id,
            local: data.local ?? data.local6,
            dstPort: typeof data.port === 'number' ? data.port : 0,
            proxy: data.proxy === true,
            learning: data.learning !== false,
          }
        : undefined,
    peer: kind === 'veth' ? (raw.link ?? undefined) : undefined,
    isGuardedPort:
      port !== undefined &&
      port.learning === false &&
      port.neigh_suppress === true &&
      port.flood === true &&
      port.isolated === true,
  };
}

export function hasIpv6(link: Link): boolean {
  return link.addresses.some((address) => address.includes(':'));
}

/** The value of `arp_ignore` that says: answer for no address at all. */
export const ARP_SILENCE = 8;

/** Keys of sysctl that tell which of our bridges are shielded. */
export function shieldKeys(links: readonly Link[]): readonly string[] {
  return links
    .filter(({ name, kind }) => kind === 'bridge' && name.startsWith(BRIDGE_PREFIX))
    .flatMap(({ name }) => [`net/ipv4/conf/${name}/rp_filter`, `net/ipv4/conf/${name}/arp_ignore`]);
}

/** Adds to the links what `sysctl` answered about `shieldKeys`. */
export function withShields(links: readonly Link[], text: string): readonly Link[] {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    // Of a name with dots they are written as slashes, which no name has.
    const match = /^net\.ipv4\.conf\.(.+)\.(rp_filter|arp_ignore) = (\d+)$/.exec(line.trim());
    if (match !== null) values.set(`${match[1]!.replaceAll('/', '.')} ${match[2]!}`, Number(match[3]));
  }
  return links.map((link) => {
    const rpFilter = values.get(`${link.name} rp_filter`) ?? 0;
    const isShielded = rpFilter > 0 && values.get(`${link.name} arp_ignore`) === ARP_SILENCE;
    return isShielded ? { ...link, isShielded } : link;
  });
}
