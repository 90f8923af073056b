import { comment, identifier, label, quoted, recordText } from './dot.ts';
import type { AttractView, InstanceView, ServerView } from './view.ts';

/**
 * Who imports and exports what, as a graph in the language of Graphviz:
 *
 *     (RT) ──import──► ┌──────────┐ ──export──► (RT)
 *                      │ VRF      │
 *     (RT) ─ ─from─ ─► │ id  readv│ ─ ─to─ ─ ─► (RT)          readvertise
 *                      │          │ ····flow··► (RT)          attract_traffic: the redirect RTs, by way of a
 *                      └──────────┘                           point from which "action" leads to the RT attracted to
 *     [EVI] ─────────► the VRF that it is plugged into;  ports hang on dashed grey lines
 *
 * Lines are those of the predecessor, in the order of the looking glass.
 */
export function impexGraph(servers: readonly ServerView[]): string {
  const names = new NodeNames();
  const instances = servers.flatMap(({ server, instances }) =>
    instances.map((view): Placed => ({ server, view, node: names.instance(server, view.id) })),
  );
  const vrfs = instances.filter(({ view }) => view.kind === 'VRF');
  const evis = instances.filter(({ view }) => view.kind === 'EVI');
  return [
    'digraph import_export {',
    '   node [fontname="Helvetica"];',
    '   edge [fontname="Helvetica"];',
    '   nodesep=0.55;',
    '   subgraph rts {',
    '       rank=same;',
    ...unique(instances.flatMap(({ view }) => targetsOf(view))).map((target) => targetLine(target, names)),
    '    }',
    '    subgraph ipvpns {',
    '        rank=same;',
    ...vrfs.map((each) => instanceLine(each, '|<readv>')),
    '    }',
    '    subgraph evpns {',
    ...evis.map((each) => instanceLine(each, '')),
    '    }',
    ...instances.flatMap((each) => instanceEdges(each, names)),
    ...portLines(instances, names),
    '}',
  ].join('\n');
}

interface Placed {
  readonly server: string;
  readonly view: InstanceView;
  readonly node: string;
}

/** Of a server that has no other name there is nothing to tell. */
const LOCAL = 'localhost';

const TARGET = 'color="orange",fontcolor="orange"';
const EXCHANGED = `${TARGET},arrowhead=onormal`;
const READVERTISED_FROM = `${TARGET},style=dashed,arrowhead=diamond,arrowtail=oinv,headclip=false,dir=both`;
const READVERTISED_TO = `${TARGET},style=dashed,arrowhead=onormal,tailclip=false,dir=both,arrowtail=oinv`;
const FLOW = 'color="red",fontcolor="red",style=dotted';
const FLOW_START = `${FLOW},arrowhead=none,dir=both,arrowtail=oinv`;
const FLOW_ACTION = 'color="red",fontcolor="red",style=dashed,arrowhead=none';
const POINT = 'style=invis,height=0,width=0,fixedsize=true';
const PORT_EDGE = 'style=dashed,dir=none,color="gray",weight=3,weight=5';
const DESTINATION_EDGE = 'style=dashed,dir=none,color="gray",weight=5';

/**
 * The names of nodes. They are made of what they stand for, with `_` in place of signs; what would be called like
 * something else (`a-b` and `a.b`) gets a number after its name.
 */
class NodeNames {
  readonly #byIdentity = new Map<string, string>();
  readonly #taken = new Set<string>();

  target(target: string): string {
    return this.#name(plain(target), 'target', target);
  }

  instance(server: string, id: string): string {
    return this.#name(`vpn_${plain(server)}__${plain(id)}`, 'instance', server, id);
  }

  /** The point from which the flows of an instance go out. */
  flows(server: string, id: string): string {
    return this.#name(`attract_${plain(server)}__${plain(id)}`, 'flows', server, id);
  }

  port(server: string, port: string): string {
    return this.#name(`port_${plain(server)}_${plain(port)}`, 'port', server, port);
  }

  destination(server: string, destination: string): string {
    return this.#name(`dest_${plain(server)}_${destination}`, 'destination', server, destination);
  }

  #name(wanted: string, ...identity: readonly string[]): string {
    const key = JSON.stringify(identity);
    const known = this.#byIdentity.get(key);
    if (known !== undefined) return known;
    let name = wanted;
    for (let number = 2; this.#taken.has(name); number++) name = `${wanted}_${number}`;
    this.#taken.add(name);
    this.#byIdentity.set(key, identifier(name));
    return identifier(name);
  }
}

function plain(text: string): string {
  return text.replaceAll('target:', 'rt:').replaceAll(/[:.\p{Cc}-]/gu, '_');
}

function targetsOf({ imports, exports, readvertise, attract }: InstanceView): readonly string[] {
  const attracted =
    attract === undefined ? [] : [...attract.redirectTargets, ...attractedTo(attract, readvertise)];
  return [...imports, ...exports, ...first(readvertise.to), ...first(readvertise.from), ...attracted];
}

/** Where the traffic goes that is attracted: with `readvertise` alone, where that leads. */
function attractedTo(attract: AttractView, readvertise: InstanceView['readvertise']): readonly string[] {
  return first(attract.to.length > 0 ? attract.to : readvertise.to);
}

function targetLine(target: string, names: NodeNames): string {
  const words = plain(target).toUpperCase().split('_');
  return `        ${names.target(target)} [shape="circle",label=${label(...words)},${TARGET}];`;
}

function instanceLine({ server, view: { kind, id }, node }: Placed, fields: string): string {
  const where = server === LOCAL ? [] : [`[${server}]`];
  const text = recordText(kind, shortened(id), ...where);
  return `        ${node} [label=${quoted(`{<0>${text}${fields}}`)},shape="record"];`;
}

function shortened(id: string): string {
  const characters = Array.from(id);
  if (characters.length <= 11) return id;
  return `${characters.slice(0, 4).join('')}..${characters.slice(-5).join('')}`;
}

function instanceEdges({ server, view, node }: Placed, names: NodeNames): readonly string[] {
  const { id, readvertise, attract, gatewayVrf } = view;
  const gateway = gatewayVrf === undefined ? [] : [names.instance(server, gatewayVrf)];
  return [
    comment(`${server}:${id}`),
    ...view.imports.map((target) => `${names.target(target)} -> ${node}:0 [${EXCHANGED}];`),
    ...view.exports.map((target) => `${node}:0 -> ${names.target(target)} [${EXCHANGED}];`),
    ...first(readvertise.from).map(
      (target) => `${names.target(target)} -> ${node}:readv [label="",${READVERTISED_FROM}];`,
    ),
    ...first(readvertise.to).map(
      (target) => `${node}:readv -> ${names.target(target)} [label="",${READVERTISED_TO}];`,
    ),
    ...(attract === undefined
      ? []
      : flowEdges(node, names.flows(server, id), attract, attractedTo(attract, readvertise), names)),
    ...view.ports.map((port) => `${node} -> ${names.port(server, port)} [${PORT_EDGE}];`),
    ...gateway.map((vrf) => `${node} -> ${vrf} [weight=500];`),
  ].map(indented);
}

function flowEdges(
  node: string,
  point: string,
  { redirectTargets, classifier, staticPrefixes }: AttractView,
  to: readonly string[],
  names: NodeNames,
): readonly string[] {
  const flow = label(
    'flow',
    ...classifier.map(([name, value]) => `${name} ${value}`),
    ...staticPrefixes.map((prefix) => `to ${prefix}`),
  );
  return [
    `${point} [label="",${POINT},rank=1];`,
    `${node}:readv -> ${point} [label=${flow},${FLOW_START}];`,
    ...redirectTargets.map((target) => `${point} -> ${names.target(target)} [label="",weight=50,${FLOW}];`),
    ...to.map((target) => `${point} -> ${names.target(target)} [label="action",${FLOW_ACTION},weight=20];`),
  ];
}

/** Ports are points; one that is called `to_<x>` leads to `<x>`. */
function portLines(instances: readonly Placed[], names: NodeNames): readonly string[] {
  const nodes = new Set<string>();
  const destinations = new Map<string, string>();
  const lines: string[] = [];
  for (const { server, view } of instances) {
    for (const port of view.ports) {
      const node = names.port(server, port);
      if (nodes.has(node)) continue;
      nodes.add(node);
      lines.push(`${node} [label="",${POINT}];`);
      const [to, destination] = plain(port).split('_');
      if (to !== 'to' || destination === undefined) continue;
      const leadsTo = names.destination(server, destination);
      destinations.set(leadsTo, label(destination, `[${server}]`));
      lines.push(`${node} -> ${leadsTo} [${DESTINATION_EDGE}];`);
    }
  }
  for (const [node, text] of destinations) lines.push(`${node} [label=${text},shape="square",color="gray"];`);
  return lines.map(indented);
}

function indented(line: string): string {
  return `    ${line}`;
}

function first<T>(values: readonly T[]): readonly T[] {
  return values.slice(0, 1);
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}
