import type { Attachment } from '../support/api-client.ts';

/** Host `host` (to 65 000) of VRF `vrf` (to 65 000), which imports and exports target 64512:`vrf`. */
export function attachment(vrf: number, host: number): Attachment {
  const octets = `${host >> 8}.${host & 255}`;
  return {
    vpn_type: 'ipvpn',
    vpn_instance_id: `vrf-${vrf}`,
    mac_address: `52:54:${hex(vrf >> 8)}:${hex(vrf)}:${hex(host >> 8)}:${hex(host)}`,
    ip_address: `10.255.${octets}`,
    gateway_ip: '10.255.255.254',
    local_port: { linuxif: `tap${vrf}-${host}` },
    import_rt: [`64512:${vrf}`],
    export_rt: [`64512:${vrf}`],
  };
}

function hex(byte: number): string {
  return (byte & 255).toString(16).padStart(2, '0');
}
