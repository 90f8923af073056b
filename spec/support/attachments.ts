import type { Attachment } from './api-client.ts';

/**
 * Ports of numbered networks, so that specs which share speakers stay out of each other's way, and a reader sees whose
 * an address is: host 1 of network 10 is 10.10.0.1, 52:54:00:00:10:01, with route target 64512:10 (VNI 510).
 */
export function evpnPort(network: number, host: number, changes: Partial<Attachment> = {}): Attachment {
  return {
    vpn_type: 'evpn',
    vpn_instance_id: evi(network),
    vni: 500 + network,
    ...common(network, host),
    ...changes,
  };
}

/** A port whose machine may have any address. */
export function macOnlyPort(network: number, host: number): Attachment {
  const attachment: { -readonly [name in keyof Attachment]: Attachment[name] } = evpnPort(network, host);
  delete attachment.ip_address;
  return attachment;
}

export function ipvpnPort(network: number, host: number, changes: Partial<Attachment> = {}): Attachment {
  return {
    vpn_type: 'ipvpn',
    vpn_instance_id: vrf(network),
    gateway_ip: `10.${network}.0.254`,
    ...common(network, host),
    ...changes,
  };
}

/** The name of the instance of network 10 is `evi-10`, or `vrf-10`. */
export function evi(network: number): string {
  return `evi-${network}`;
}

export function vrf(network: number): string {
  return `vrf-${network}`;
}

export function macOf(network: number, host: number): string {
  return `52:54:00:00:${twoDigits(network)}:${twoDigits(host)}`;
}

export function ipOf(network: number, host: number): string {
  return `10.${network}.0.${host}`;
}

export function routeTargetOf(network: number): string {
  return `64512:${network}`;
}

function common(network: number, host: number): Omit<Attachment, 'vpn_type' | 'vpn_instance_id'> {
  return {
    mac_address: macOf(network, host),
    ip_address: ipOf(network, host),
    local_port: { linuxif: `tap${network}-${host}` },
    import_rt: [routeTargetOf(network)],
    export_rt: [routeTargetOf(network)],
  };
}

/** Decimal digits, read as they stand: these are names, not numbers. */
function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
