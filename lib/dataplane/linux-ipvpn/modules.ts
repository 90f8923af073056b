import { underlayOf, type LinuxIpvpnSettings } from './settings.ts';
import { TUNNELS } from './tunnel.ts';

const ALWAYS = ['mpls_router', 'mpls_iptunnel', 'mpls_gso', 'vrf'] as const;

/** Kernel modules that the driver needs with these settings; what they do may also be built into the kernel. */
export function modulesOf(settings: LinuxIpvpnSettings): readonly string[] {
  const underlay = underlayOf(settings);
  return underlay.kind === 'tunnel' ? [...ALWAYS, ...TUNNELS[underlay.tunnel].modules] : ALWAYS;
}
