import { request } from 'node:http';

/** Where the REST API is: an address and port, or a Unix socket that leads to it. */
export type ApiLocation = { readonly host: string; readonly port: number } | { readonly socketPath: string };

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A client of the REST API as an orchestrator would write it. */
export interface ApiClient {
  readonly send: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** POST, and an error that holds the answer unless its status is 200. */
  readonly attach: (body: Attachment) => Promise<void>;
  readonly detach: (body: Attachment) => Promise<void>;
  /** The JSON value of an object of the looking glass; `path` without slash in front. */
  readonly lookingGlass: (path: string) => Promise<unknown>;
}

/** The body of an attach request; names and types are those of the API. */
export interface Attachment {
  readonly vpn_type: 'evpn' | 'ipvpn';
  readonly vpn_instance_id: string;
  readonly mac_address: string;
  readonly ip_address?: string;
  readonly local_port: AttachedPort;
  readonly import_rt: readonly string[];
  readonly export_rt: readonly string[];
  readonly gateway_ip?: string;
  readonly vni?: number;
  readonly local_pref?: number;
  readonly advertise_subnet?: boolean;
  readonly direction?: 'both' | 'to-port' | 'from-port';
  readonly lb_consistent_hash_order?: number;
  readonly attract_traffic?: {
    readonly redirect_rts: readonly string[];
    readonly to_rt?: readonly string[];
    readonly static_destination_prefixes?: readonly string[];
    readonly classifier: Readonly<Record<string, string | number>>;
  };
  readonly fallback?: {
    readonly src_mac?: string;
    readonly dst_mac?: string;
    readonly ovs_port_name?: string;
    readonly ovs_port_number?: number;
  };
}

export interface AttachedPort {
  readonly linuxif?: string;
  readonly vlan?: number;
  readonly evpn?: { readonly id: string; readonly ovs_port_name?: string };
  readonly ovs?: {
    readonly plugged?: boolean;
    readonly port_name?: string;
    readonly port_number?: number;
    readonly vlan?: number;
    readonly to_vm_port_name?: string;
    readonly to_vm_port_number?: number;
  };
}

export function apiClient(location: ApiLocation): ApiClient {
  const send: ApiClient['send'] = (method, path, body) => exchange(location, method, path, body);
  const expectSuccess = async (method: string, path: string, body?: unknown): Promise<string> => {
    const answer = await send(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return answer.body;
  };
  return {
    send,
    attach: async (body) => {
      await expectSuccess('POST', '/attach_localport', body);
    },
    detach: async (body) => {
      await expectSuccess('POST', '/detach_localport', body);
    },
    lookingGlass: async (path) => JSON.parse(await expectSuccess('GET', `/looking-glass/${path}`)) as unknown,
  };
}

function exchange(location: ApiLocation, method: string, path: string, body: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      accept: 'application/json',
      ...(text !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      }),
    };
    const outgoing = request(
      { ...location, method, path, headers, agent: false, timeout: 30_000 },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer within 30 s`)));
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}
