import { IMPLICIT_NULL, PROBE_TABLE, PROTOCOL, tunnelProbe, VRF_PROBE } from './names.ts';
import { GONE } from './row.ts';
import { underlayOf, type LinuxIpvpnSettings } from './settings.ts';
import { tunnelLine, TUNNELS } from './tunnel.ts';

/** A line for `ip -batch -` (`ip`) or `ip -f mpls -batch -` (`mpls`). */
export interface CleanUpLine {
  readonly tool: 'ip' | 'mpls';
  readonly line: string;
  /** Words of answers that are no failure. */
  readonly tolerate: readonly string[];
}

/** What can be done if the kernel has all that the driver needs. */
export interface ProbeLine extends CleanUpLine {
  /** What the kernel lacks if it fails, for people: what it is, its option, its module. */
  readonly needs: string;
}

/** To be run in this order: `removals`, since a run may have been killed here, `proofs`, `removals`. */
export interface Probe {
  /** Each needs those before it. */
  readonly proofs: readonly ProbeLine[];
  readonly removals: readonly CleanUpLine[];
}

/** The first one that has no meaning of its own. */
const LABEL = 16;

/** Of documentation (RFC 5737): no tunnel of anybody has these ends. */
const [HERE, THERE] = ['192.0.2.1', '192.0.2.2'];

/**
 * What proves by doing that the kernel can do what the driver needs. It has names and a table of its own, and carries no
 * packet. With the first VRF device that there ever is the kernel makes a policy rule of its own, 1000, which stays.
 */
export function probeLines(settings: LinuxIpvpnSettings): Probe {
  const underlay = underlayOf(settings);
  const tunnels = underlay.kind === 'tunnel' ? [underlay.tunnel] : [];
  return {
    proofs: [
      ...[`link add name ${VRF_PROBE} type vrf table ${PROBE_TABLE}`, `link set dev ${VRF_PROBE} up`].map(
        (line) => ({ ...ip(line), needs: 'VRF devices (CONFIG_NET_VRF, module vrf)' }),
      ),
      {
        ...ip(
          `route add table ${PROBE_TABLE} ${THERE}/32 proto ${PROTOCOL} encap mpls ${LABEL} dev ${VRF_PROBE}`,
        ),
        needs: 'routes with labels (CONFIG_MPLS_IPTUNNEL, module mpls_iptunnel)',
      },
      // After what makes the kernel load its modules. There may be no room for labels yet; one that no packet can have
      // (RFC 3032 §2.1) is refused by those who know it.
      {
        tool: 'mpls',
        line: `route del ${IMPLICIT_NULL} proto ${PROTOCOL}`,
        tolerate: ['Implicit NULL', 'Invalid argument'],
        needs: 'label routes (CONFIG_MPLS_ROUTING, module mpls_router)',
      },
      ...tunnels.map((kind) => ({
        ...ip(tunnelLine(kind, tunnelProbe(kind), HERE, THERE)),
        needs: TUNNELS[kind].needs,
      })),
    ],
    removals: [
      ip(`route flush table ${PROBE_TABLE} proto ${PROTOCOL}`, GONE.route),
      ip(`link del dev ${VRF_PROBE}`, GONE.link),
      ...tunnels.map((kind) => ip(`link del dev ${tunnelProbe(kind)}`, GONE.link)),
    ],
  };
}

function ip(line: string, tolerate: readonly string[] = []): CleanUpLine {
  return { tool: 'ip', line, tolerate };
}
