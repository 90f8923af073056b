/** The addresses of the VRFs that `ipvpn-rows.spec.ts` puts into a bridge, and what becomes of packets there. */
export const GATEWAY = '00:00:5e:00:43:64';
export const ONE = '02:00:00:00:00:01';
export const TWO = '02:00:00:00:00:02';
export const TRUNK = '02:00:00:00:00:03';
export const OTHER = '02:00:00:00:00:04';
export const ROUTER = '02:00:00:00:00:99';

/** Something that Open vSwitch says of the way of a packet. */
export type Saying = string | RegExp | { readonly leavesBy: string } | { readonly repliesBy: string };

/** A packet that comes in by a port, and what is said of its way and of what it is in the end. */
export interface Journey {
  readonly port: string;
  readonly packet: string;
  readonly says: readonly Saying[];
}

const PING = `icmp,dl_src=${ONE},dl_dst=${GATEWAY},nw_src=11.0.0.1,nw_ttl=64`;
const TCP = `tcp,dl_src=${ONE},dl_dst=${GATEWAY},nw_src=11.0.0.1,nw_ttl=64,nw_dst=12.0.0.1`;
const ASK = `arp,dl_src=${ONE},arp_sha=${ONE},arp_op=1`;
export const DROPPED = 'Datapath actions: drop';
const TO_PEER = 'tunneling to 10.77.0.2 via br-phy';

export const JOURNEYS: Readonly<Record<string, Journey>> = {
  'a ping to another node leaves with a label and one TTL less': {
    port: 'tap1',
    packet: `${PING},nw_dst=12.0.0.1`,
    says: [
      { leavesBy: 'mpls_gre' },
      TO_PEER,
      /Final flow: mpls,.*mpls_label=201,mpls_tc=0,mpls_ttl=63,mpls_bos=1/,
    ],
  },
  'a ping to a node with VXLAN leaves with the VNI and one TTL less': {
    port: 'tap1',
    packet: `${PING},nw_dst=12.0.0.2`,
    says: [{ leavesBy: 'vxlan' }, TO_PEER, 'set_field:0xca->tun_id', /Final flow: icmp,.*nw_ttl=63/],
  },
  'a packet with several ways takes one of them, with one TTL less': {
    port: 'tap1',
    packet: `${PING},nw_dst=12.1.0.9`,
    says: [/bucket (0|1)/, TO_PEER, /output:\d+$/m, 'set(ipv4(ttl=63))'],
  },
  'a machine of the VRF gets it from the gateway': {
    port: 'tap1',
    packet: `${PING},nw_dst=11.0.0.2`,
    says: [{ leavesBy: 'tap2' }, new RegExp(`Final flow: .*dl_src=${GATEWAY},dl_dst=${TWO},.*nw_ttl=63`)],
  },
  'a machine behind a trunk gets it in its VLAN': {
    port: 'tap1',
    packet: `${PING},nw_dst=11.0.0.3`,
    says: [{ leavesBy: 'trunk' }, new RegExp(`Final flow: .*dl_vlan=42,.*dl_dst=${TRUNK},.*nw_ttl=63`)],
  },
  'it may come by the port by which it leaves': {
    port: 'trunk',
    packet: `${PING},dl_vlan=42,nw_dst=11.0.0.3`,
    says: [{ leavesBy: 'trunk' }, new RegExp(`Final flow: .*dl_vlan=42,.*dl_dst=${TRUNK}`)],
  },
  'the other VLAN of the trunk is the other VRF': {
    port: 'trunk',
    packet: `${PING},dl_vlan=43,nw_dst=12.0.0.1`,
    says: [/Final flow: mpls,reg0=0x8,.*vlan_tci=0x0000,.*mpls_label=301/],
  },
  'a VLAN of nobody is dropped': {
    port: 'trunk',
    packet: `${PING},dl_vlan=44,nw_dst=12.0.0.1`,
    says: [DROPPED],
  },
  'an untagged packet is of none of the VLANs': {
    port: 'trunk',
    packet: `${PING},nw_dst=12.0.0.1`,
    says: [DROPPED],
  },
  'a tagged packet is not that of an untagged port': {
    port: 'tap1',
    packet: `${PING},dl_vlan=42,nw_dst=12.0.0.1`,
    says: [DROPPED],
  },
  'a VRF does not lead into the other one': {
    port: 'trunk',
    packet: `${PING},dl_vlan=43,nw_dst=11.0.0.1`,
    says: [DROPPED],
  },
  'what matches no prefix leaves by the fallback': {
    port: 'tap1',
    packet: `${PING},nw_dst=99.0.0.1`,
    says: [
      { leavesBy: 'router' },
      new RegExp(`Final flow: .*vlan_tci=0x0000,dl_src=${GATEWAY},dl_dst=${ROUTER},.*nw_ttl=64`),
    ],
  },
  'and in the VLAN in which it came': {
    port: 'trunk',
    packet: `${PING},dl_vlan=42,nw_dst=99.0.0.1`,
    says: [{ leavesBy: 'router' }, new RegExp(`Final flow: .*dl_vlan=42,.*dl_dst=${ROUTER}`)],
  },
  'a rule redirects what it means': {
    port: 'tap1',
    packet: `${TCP},tp_dst=80`,
    says: [{ leavesBy: 'mpls_gre' }, /Final flow: mpls,reg0=0x8,.*mpls_label=301,mpls_tc=0,mpls_ttl=63/],
  },
  'and nothing else': {
    port: 'tap1',
    packet: `${TCP},tp_dst=81`,
    says: [/Final flow: mpls,reg0=0x7,.*mpls_label=201/],
  },
  'MPLS from another node goes to the machine of its label': {
    port: 'mpls_gre',
    packet: 'mpls,mpls_label=102,mpls_bos=1,mpls_ttl=63',
    says: [{ leavesBy: 'tap2' }, new RegExp(`Final flow: ip,.*dl_src=${GATEWAY},dl_dst=${TWO}`)],
  },
  'a label of nobody is dropped': {
    port: 'mpls_gre',
    packet: 'mpls,mpls_label=999,mpls_bos=1,mpls_ttl=63',
    says: [DROPPED],
  },
  'a stack of labels is dropped': {
    port: 'mpls_gre',
    packet: 'mpls,mpls_label=103,mpls_bos=0,mpls_ttl=63',
    says: [DROPPED],
  },
  'a machine cannot send MPLS': {
    port: 'tap1',
    packet: 'mpls,mpls_label=103,mpls_bos=1,mpls_ttl=63',
    says: [DROPPED],
  },
  'VXLAN from another node goes to the machine of its VNI': {
    port: 'vxlan',
    packet: 'icmp,tun_id=102,nw_dst=11.0.0.2,nw_ttl=63',
    says: [{ leavesBy: 'tap2' }, new RegExp(`Final flow: .*dl_src=${GATEWAY},dl_dst=${TWO}`)],
  },
  'the gateway answers where it was asked': {
    port: 'tap1',
    packet: `${ASK},dl_dst=ff:ff:ff:ff:ff:ff,arp_spa=11.0.0.1,arp_tpa=11.0.0.254`,
    says: [
      { repliesBy: 'tap1' },
      new RegExp(
        `Final flow: .*dl_src=${GATEWAY},dl_dst=${ONE},arp_spa=11.0.0.254,arp_tpa=11.0.0.1,arp_op=2,arp_sha=${GATEWAY},arp_tha=${ONE}`,
      ),
    ],
  },
  'to the one who looks whether it is still there, too': {
    port: 'trunk',
    packet: `${ASK},dl_vlan=42,dl_dst=${GATEWAY},arp_spa=11.0.0.3,arp_tpa=11.0.0.254`,
    says: [{ repliesBy: 'trunk' }, /Final flow: .*dl_vlan=42,.*arp_op=2/],
  },
  'and for any address, with proxy ARP': {
    port: 'tap1',
    packet: `${ASK},dl_dst=ff:ff:ff:ff:ff:ff,arp_spa=11.0.0.1,arp_tpa=11.0.0.77`,
    says: [{ repliesBy: 'tap1' }, /Final flow: .*arp_spa=11.0.0.77/],
  },
  'but not for the address of the one who asks': {
    port: 'tap1',
    packet: `${ASK},dl_dst=ff:ff:ff:ff:ff:ff,arp_spa=0.0.0.0,arp_tpa=11.0.0.1`,
    says: [DROPPED],
  },
  'which another port may ask for': {
    port: 'tap2',
    packet: `${ASK},dl_dst=ff:ff:ff:ff:ff:ff,arp_spa=11.0.0.2,arp_tpa=11.0.0.1`,
    says: [{ repliesBy: 'tap2' }],
  },
  'a reply is not answered': {
    port: 'tap1',
    packet: `arp,dl_src=${ONE},arp_sha=${ONE},arp_op=2,dl_dst=ff:ff:ff:ff:ff:ff,arp_spa=11.0.0.1,arp_tpa=11.0.0.254`,
    says: [DROPPED],
  },
};
