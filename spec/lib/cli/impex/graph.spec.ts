import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { impexGraph } from '../../../../lib/cli/impex/graph.ts';
import {
  parseInstance,
  parseInstances,
  type InstanceView,
  type ServerView,
} from '../../../../lib/cli/impex/view.ts';

/** An instance as the looking glass shows it. */
function instance(
  id: string,
  page: Readonly<Record<string, unknown>>,
  ports: readonly string[] = [],
  name = 'VRF-1',
): InstanceView {
  const listed = parseInstances([{ id, name, href: 'u' }]);
  if (!listed.ok) throw new Error(listed.fault);
  const shown = Object.fromEntries(ports.map((port) => [port, { endpoints: [] }]));
  const parsed = parseInstance(listed.value[0]!, page, shown);
  if (!parsed.ok) throw new Error(parsed.fault);
  return parsed.value;
}

function local(...instances: readonly InstanceView[]): readonly ServerView[] {
  return [{ server: 'localhost', instances }];
}

/** The lines of the graph that are not in every graph, without their indentation. */
function lines(servers: readonly ServerView[]): readonly string[] {
  const frame = new Set(impexGraph([]).split('\n'));
  return impexGraph(servers)
    .split('\n')
    .filter((line) => !frame.has(line))
    .map((line) => line.trim());
}

const ORANGE = 'color="orange",fontcolor="orange"';
const RED = 'color="red",fontcolor="red"';
const INVISIBLE = '[label="",style=invis,height=0,width=0,fixedsize=true];';
const PORT = '[style=dashed,dir=none,color="gray",weight=3,weight=5];';

function rt(number: number): string {
  return `rt_64512_${number} [shape="circle",label="RT\\n64512\\n${number}",${ORANGE}];`;
}

const TABLE: readonly [name: string, servers: readonly ServerView[], lines: readonly string[]][] = [
  ['no instances', local(), []],
  [
    'an instance of which nothing is known',
    local(instance('v1', {})),
    ['vpn_localhost__v1 [label="{<0>VRF\\nv1|<readv>}",shape="record"];', '/* localhost:v1 */'],
  ],
  [
    'imports and exports',
    local(
      instance('v1', {
        route_targets: { import: ['target:64512:1'], export: ['target:64512:1', 'target:64512:2'] },
      }),
    ),
    [
      rt(1),
      rt(2),
      'vpn_localhost__v1 [label="{<0>VRF\\nv1|<readv>}",shape="record"];',
      '/* localhost:v1 */',
      `rt_64512_1 -> vpn_localhost__v1:0 [${ORANGE},arrowhead=onormal];`,
      `vpn_localhost__v1:0 -> rt_64512_1 [${ORANGE},arrowhead=onormal];`,
      `vpn_localhost__v1:0 -> rt_64512_2 [${ORANGE},arrowhead=onormal];`,
    ],
  ],
  [
    'route targets of other forms',
    local(
      instance('v', { route_targets: { import: ['target:192.0.2.1:7', 'target:65537L:1'], export: [] } }),
    ).map(({ instances }) => ({ server: 's', instances })),
    [
      `rt_192_0_2_1_7 [shape="circle",label="RT\\n192\\n0\\n2\\n1\\n7",${ORANGE}];`,
      `rt_65537L_1 [shape="circle",label="RT\\n65537L\\n1",${ORANGE}];`,
      'vpn_s__v [label="{<0>VRF\\nv\\n[s]|<readv>}",shape="record"];',
      '/* s:v */',
      `rt_192_0_2_1_7 -> vpn_s__v:0 [${ORANGE},arrowhead=onormal];`,
      `rt_65537L_1 -> vpn_s__v:0 [${ORANGE},arrowhead=onormal];`,
    ],
  ],
  [
    'readvertise, the first of each list',
    local(
      instance('r', {
        readvertise: { from: ['target:64512:1', 'target:64512:8'], to: ['target:64512:2', 'target:64512:9'] },
      }),
    ),
    [
      rt(2),
      rt(1),
      'vpn_localhost__r [label="{<0>VRF\\nr|<readv>}",shape="record"];',
      '/* localhost:r */',
      `rt_64512_1 -> vpn_localhost__r:readv [label="",${ORANGE},style=dashed,arrowhead=diamond,arrowtail=oinv,headclip=false,dir=both];`,
      `vpn_localhost__r:readv -> rt_64512_2 [label="",${ORANGE},style=dashed,arrowhead=onormal,tailclip=false,dir=both,arrowtail=oinv];`,
    ],
  ],
  [
    'readvertise from nothing',
    local(instance('r', { readvertise: { from: [], to: ['target:64512:2'] }, attract_traffic: {} })),
    [
      rt(2),
      'vpn_localhost__r [label="{<0>VRF\\nr|<readv>}",shape="record"];',
      '/* localhost:r */',
      `vpn_localhost__r:readv -> rt_64512_2 [label="",${ORANGE},style=dashed,arrowhead=onormal,tailclip=false,dir=both,arrowtail=oinv];`,
    ],
  ],
  [
    'attract to a target of its own',
    local(
      instance('a', {
        readvertise: {},
        attract_traffic: {
          redirect_rts: ['target:64512:40', 'target:64512:41'],
          classifier: { protocol: 'tcp', destinationPort: '80' },
          to: ['target:64512:30'],
          static_destination_prefixes: ['1.1.1.1/32'],
        },
      }),
    ),
    [
      rt(40),
      rt(41),
      rt(30),
      'vpn_localhost__a [label="{<0>VRF\\na|<readv>}",shape="record"];',
      '/* localhost:a */',
      'attract_localhost__a [label="",style=invis,height=0,width=0,fixedsize=true,rank=1];',
      `vpn_localhost__a:readv -> attract_localhost__a [label="flow\\nprotocol tcp\\ndestinationPort 80\\nto 1.1.1.1/32",${RED},style=dotted,arrowhead=none,dir=both,arrowtail=oinv];`,
      `attract_localhost__a -> rt_64512_40 [label="",weight=50,${RED},style=dotted];`,
      `attract_localhost__a -> rt_64512_41 [label="",weight=50,${RED},style=dotted];`,
      `attract_localhost__a -> rt_64512_30 [label="action",${RED},style=dashed,arrowhead=none,weight=20];`,
    ],
  ],
  [
    'attract to where it is readvertised',
    local(
      instance('a', {
        readvertise: { from: [], to: ['target:64512:30'] },
        attract_traffic: { redirect_rts: ['target:64512:40'], classifier: { sourcePort: 7 }, to: null },
      }),
    ),
    [
      rt(30),
      rt(40),
      'vpn_localhost__a [label="{<0>VRF\\na|<readv>}",shape="record"];',
      '/* localhost:a */',
      `vpn_localhost__a:readv -> rt_64512_30 [label="",${ORANGE},style=dashed,arrowhead=onormal,tailclip=false,dir=both,arrowtail=oinv];`,
      'attract_localhost__a [label="",style=invis,height=0,width=0,fixedsize=true,rank=1];',
      `vpn_localhost__a:readv -> attract_localhost__a [label="flow\\nsourcePort 7",${RED},style=dotted,arrowhead=none,dir=both,arrowtail=oinv];`,
      `attract_localhost__a -> rt_64512_40 [label="",weight=50,${RED},style=dotted];`,
      `attract_localhost__a -> rt_64512_30 [label="action",${RED},style=dashed,arrowhead=none,weight=20];`,
    ],
  ],
  [
    'an E-VPN plugged into an IP VPN',
    local(
      instance('v1', { gateway_port: null }),
      instance(
        'e1',
        {
          gateway_port: {
            interface: 'evpn2-ipvpn1',
            ipvpn: {
              href: 'http://h/looking-glass/vpns/instances/v1',
              id: 'VRF-1',
              external_instance_id: 'v1',
            },
          },
        },
        [],
        'EVI-2',
      ),
      instance('e2', { gateway_port: { interface: 'x', ipvpn: null } }, [], 'EVI-3'),
    ),
    [
      'vpn_localhost__v1 [label="{<0>VRF\\nv1|<readv>}",shape="record"];',
      'vpn_localhost__e1 [label="{<0>EVI\\ne1}",shape="record"];',
      'vpn_localhost__e2 [label="{<0>EVI\\ne2}",shape="record"];',
      '/* localhost:v1 */',
      '/* localhost:e1 */',
      'vpn_localhost__e1 -> vpn_localhost__v1 [weight=500];',
      '/* localhost:e2 */',
    ],
  ],
  [
    'ports, also of several instances and servers',
    [
      { server: 'h1', instances: [instance('a', {}, ['tap1']), instance('b', {}, ['tap1', 'to_vm'])] },
      { server: 'h2', instances: [instance('a', {}, ['tap1', 'to-vm-2'])] },
    ],
    [
      'vpn_h1__a [label="{<0>VRF\\na\\n[h1]|<readv>}",shape="record"];',
      'vpn_h1__b [label="{<0>VRF\\nb\\n[h1]|<readv>}",shape="record"];',
      'vpn_h2__a [label="{<0>VRF\\na\\n[h2]|<readv>}",shape="record"];',
      '/* h1:a */',
      `vpn_h1__a -> port_h1_tap1 ${PORT}`,
      '/* h1:b */',
      `vpn_h1__b -> port_h1_tap1 ${PORT}`,
      `vpn_h1__b -> port_h1_to_vm ${PORT}`,
      '/* h2:a */',
      `vpn_h2__a -> port_h2_tap1 ${PORT}`,
      `vpn_h2__a -> port_h2_to_vm_2 ${PORT}`,
      `port_h1_tap1 ${INVISIBLE}`,
      `port_h1_to_vm ${INVISIBLE}`,
      'port_h1_to_vm -> dest_h1_vm [style=dashed,dir=none,color="gray",weight=5];',
      `port_h2_tap1 ${INVISIBLE}`,
      `port_h2_to_vm_2 ${INVISIBLE}`,
      'port_h2_to_vm_2 -> dest_h2_vm [style=dashed,dir=none,color="gray",weight=5];',
      'dest_h1_vm [label="vm\\n[h1]",shape="square",color="gray"];',
      'dest_h2_vm [label="vm\\n[h2]",shape="square",color="gray"];',
    ],
  ],
  [
    'ids that would be called alike',
    local(instance('a-b', {}), instance('a.b', {})),
    [
      'vpn_localhost__a_b [label="{<0>VRF\\na-b|<readv>}",shape="record"];',
      'vpn_localhost__a_b_2 [label="{<0>VRF\\na.b|<readv>}",shape="record"];',
      '/* localhost:a-b */',
      '/* localhost:a.b */',
    ],
  ],
  [
    'ids that are long, or mean something in the language',
    local(
      instance('123456789012', {}),
      instance('12345678901', {}),
      instance('"x"\\', {}),
      instance('{a|<b>}', {}),
      instance('*/\n&lt;é', {}),
    ),
    [
      'vpn_localhost__123456789012 [label="{<0>VRF\\n1234..89012|<readv>}",shape="record"];',
      'vpn_localhost__12345678901 [label="{<0>VRF\\n12345678901|<readv>}",shape="record"];',
      '"vpn_localhost__\\"x\\"\\\\" [label="{<0>VRF\\n\\"x\\"\\\\|<readv>}",shape="record"];',
      '"vpn_localhost__{a|<b>}" [label="{<0>VRF\\n\\{a\\|\\<b\\>\\}|<readv>}",shape="record"];',
      '"vpn_localhost__*/_&lt;é" [label="{<0>VRF\\n*/ &amp;lt;é|<readv>}",shape="record"];',
      '/* localhost:123456789012 */',
      '/* localhost:12345678901 */',
      '/* localhost:"x"\\ */',
      '/* localhost:{a|<b>} */',
      '/* localhost:* / &lt;é */',
    ],
  ],
];

for (const [name, servers, expected] of TABLE) {
  test(name, () => assert.equal(lines(servers), expected));
}

test('the frame', () => {
  assert.equal(impexGraph([]).split('\n'), [
    'digraph import_export {',
    '   node [fontname="Helvetica"];',
    '   edge [fontname="Helvetica"];',
    '   nodesep=0.55;',
    '   subgraph rts {',
    '       rank=same;',
    '    }',
    '    subgraph ipvpns {',
    '        rank=same;',
    '    }',
    '    subgraph evpns {',
    '    }',
    '}',
  ]);
});

test('pages that are not of a looking glass', () => {
  for (const page of [{}, 3, [{ id: 'v1' }], [{ id: 'v1', name: 'other' }]]) {
    assert.not(parseInstances(page).ok, JSON.stringify(page));
  }
  const listed = { id: 'v1', kind: 'VRF' } as const;
  const parsed = parseInstance(listed, { route_targets: { import: [1] } }, {});
  assert.not(parsed.ok);
  if (!parsed.ok) assert.match(parsed.fault, /^route_targets\.import\.0: /);
  assert.not(parseInstance(listed, {}, []).ok);
});

test.run();
