import type { OpenVswitch } from './open-vswitch.ts';

/** What an Open vSwitch has, as lines that can be compared, by the names of its bridges. */
export type SwitchState = Readonly<Record<string, BridgeState>>;

export interface BridgeState {
  /** Of the bridge itself. */
  readonly settings: string;
  /** Each interface but the bridge's own: name, type, VLAN, options, external ids. */
  readonly ports: readonly string[];
  /** With their cookies, ports by name. */
  readonly flows: readonly string[];
  readonly groups: readonly string[];
}

export async function readSwitchState(openVswitch: OpenVswitch): Promise<SwitchState> {
  const bridges = await table(openVswitch, 'bridge', ['name', 'datapath_type', 'fail_mode', 'protocols']);
  const tags = await table(openVswitch, 'port', ['name', 'tag', 'trunks']);
  const interfaces = await table(openVswitch, 'interface', [
    'name',
    'type',
    'options',
    'external_ids',
    'mtu_request',
  ]);
  const states = bridges.map(async (bridge): Promise<readonly [string, BridgeState]> => {
    const name = bridge['name']!;
    const ports = words(await openVswitch.vsctl(`list-ifaces ${name}`));
    const describe = (port: string): string => {
      const about = [...interfaces, ...tags].filter((row) => row['name'] === port);
      return formatRow(Object.assign({}, ...about) as Row);
    };
    const flows = await openVswitch.ofctl(`dump-flows ${name} --no-stats --names`);
    const groups = await openVswitch.ofctl(`dump-groups ${name} --names`);
    return [
      name,
      {
        settings: formatRow(bridge),
        ports: ports.map(describe).sort(),
        flows: lines(flows).sort(),
        groups: lines(groups).sort(),
      },
    ];
  });
  return Object.fromEntries(await Promise.all(states));
}

/** Values of columns as texts. */
type Row = Readonly<Record<string, string>>;

async function table(openVswitch: OpenVswitch, name: string, columns: readonly string[]): Promise<Row[]> {
  const text = await openVswitch.vsctl(`--format=json --columns=${columns.join(',')} list ${name}`);
  const { headings, data } = JSON.parse(text) as RawTable;
  const rows = data.map((values) =>
    Object.fromEntries(headings.map((heading, index) => [heading, formatDatum(values[index])])),
  );
  return rows.sort((a, b) => (a['name']! < b['name']! ? -1 : 1));
}

interface RawTable {
  readonly headings: readonly string[];
  readonly data: readonly (readonly unknown[])[];
}

/** RFC 7047 §5.1: an atom, or a set or map of atoms, which has no order. */
function formatDatum(datum: unknown): string {
  if (!Array.isArray(datum)) return String(datum);
  const [kind, content] = datum as [string, unknown];
  if (kind === 'map')
    return (content as [string, string][])
      .map((pair) => pair.join('='))
      .sort()
      .join(',');
  if (kind === 'set') return (content as unknown[]).map(formatDatum).sort().join(',');
  return String(content);
}

/** The name, then all that is not empty. */
function formatRow({ name, ...rest }: Row): string {
  const parts = Object.entries(rest).filter(([, value]) => value !== '');
  return [name, ...parts.map(([column, value]) => `${column}:${value}`)].join(' ');
}

/** Without the head of an OpenFlow answer. */
function lines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(' '))
    .map((line) => line.trim());
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
