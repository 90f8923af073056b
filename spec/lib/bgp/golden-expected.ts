/**
 * What the messages of each golden file say, checked against what the speaker was told (the head of the file), in the
 * notation of `summary.ts`.
 */
export const EXPECTED: Readonly<Record<string, string>> = {
  'bagpipe/evpn-attach': `
+ rtc 64512:target:64512:1
 next hop: 127.0.0.41
 origin 0, AS path []
 local-preference: 100
+ evpn:multicast::127.0.0.41:2:0:127.0.0.41
 next hop: 127.0.0.41
 origin 0, AS path []
 local-preference: 100
 extended-community: [ target:64512:1 encap:VXLAN ]
 pmsi-tunnel: pmsi:ingressreplication:0:31(500):127.0.0.41
+ evpn:macadv::127.0.0.41:2:-:0:52:54:00:00:00:02/48:10.9.0.1: label 31 (500)
 next hop: 127.0.0.41
 origin 0, AS path []
 local-preference: 100
 extended-community: [ target:64512:1 encap:VXLAN ]
`,
  'bagpipe/evpn-detach': `
- evpn:macadv::127.0.0.41:2:-:0:52:54:00:00:00:02/48:10.9.0.1: label 31 (500)
- evpn:multicast::127.0.0.41:2:0:127.0.0.41
- rtc 64512:target:64512:1
`,
  'bagpipe/ipvpn-attach': `
+ 10.0.0.1/32 label 17 next-hop 127.0.0.41 rd 127.0.0.41:0
 next hop: 127.0.0.41
 origin 0, AS path []
 local-preference: 100
 extended-community: [ target:64512:1 encap:MPLS ]
+ rtc 64512:target:64512:1
 next hop: 127.0.0.41
 origin 0, AS path []
 local-preference: 100
`,
  'bagpipe/ipvpn-detach': `
- 10.0.0.1/32 label 17 next-hop - rd 127.0.0.41:0
- rtc 64512:target:64512:1
`,
  'bagpipe/open': `
OPEN 64512 180 127.0.0.41
 multiprotocol ipv4/mpls-vpn
 multiprotocol ipv4/rtc
 multiprotocol ipv4/flow-vpn
 multiprotocol l2vpn/evpn
`,
  'exabgp/end-of-rib': `
end-of-rib ipv4/mpls-vpn
end-of-rib ipv4/flow-vpn
end-of-rib l2vpn/evpn
`,
  'exabgp/flowspec-announce': `
+ flow destination-ipv4 20.0.0.0/24 protocol =tcp destination-port [ >=80&<=90 =443 ] rd 192.0.2.1:5
 next hop: none
 origin 0, AS path []
 local-preference: 100
 extended-community: redirect:64512:99
`,
  'exabgp/flowspec-withdraw': `
- flow destination-ipv4 20.0.0.0/24 protocol =tcp destination-port [ >=80&<=90 =443 ] rd 192.0.2.1:5
`,
  'exabgp/open': `
OPEN 64512 180 127.0.0.31
 multiprotocol ipv4/mpls-vpn
 multiprotocol ipv4/flow-vpn
 multiprotocol l2vpn/evpn
 four-octet-as 64512
 6 0x
`,
  'exabgp/vpnv4-announce': `
+ 10.1.0.0/24 label 100 next-hop 192.0.2.1 rd 192.0.2.1:1
 next hop: 192.0.2.1
 origin 0, AS path []
 next-hop: 192.0.2.1
 med: 5
 local-preference: 150
 extended-community: target:64512:1
`,
  'exabgp/vpnv4-two-labels-announce': `
+ 10.2.0.0/16 label [ 100 101 ] next-hop 192.0.2.1 rd 64512:1
 next hop: 192.0.2.1
 origin 0, AS path [{"kind":"sequence","numbers":[64513,64514]}]
 next-hop: 192.0.2.1
 local-preference: 100
 extended-community: [ target:64512:1 target:64512:2 ]
`,
  'exabgp/vpnv4-two-labels-withdraw': `
- 10.2.0.0/16 label [ 100 101 ] next-hop - rd 64512:1
`,
  'exabgp/vpnv4-withdraw': `
- 10.1.0.0/24 label 100 next-hop - rd 192.0.2.1:1
`,
  'frr/end-of-rib': `
end-of-rib ipv4/mpls-vpn
end-of-rib l2vpn/evpn
`,
  'frr/evpn-mac-ipv4-reflected-announce': `
+ evpn:macadv::127.0.0.22:1:-:0:52:54:00:AA:00:01/48:10.9.0.7: label 48 (777)
 next hop: 127.0.0.22
 origin 0, AS path []
 med: 0
 local-preference: 150
 originator-id: 127.0.0.22
 cluster-list: [ 127.0.0.21 ]
 extended-community: [ target:64512:1 encap:VXLAN mac-mobility:3 ]
`,
  'frr/evpn-mac-ipv4-reflected-withdraw': `
- evpn:macadv::127.0.0.22:1:-:0:52:54:00:AA:00:01/48:10.9.0.7: label 0
`,
  'frr/evpn-multicast-reflected-announce': `
+ evpn:multicast::127.0.0.22:1:0:127.0.0.22
 next hop: 127.0.0.22
 origin 0, AS path []
 med: 0
 local-preference: 100
 originator-id: 127.0.0.22
 cluster-list: [ 127.0.0.21 ]
 extended-community: [ target:64512:1 encap:VXLAN ]
 pmsi-tunnel: pmsi:ingressreplication:0:48(777):127.0.0.22
`,
  'frr/evpn-multicast-reflected-withdraw': `
- evpn:multicast::127.0.0.22:1:0:127.0.0.22
`,
  'frr/evpn-prefix-network-announce': `
+ evpn:prfxadv::64512:3:-:0:10.9.0.0/24:0.0.0.0: label 777 (12433)
 next hop: ::ffff:7f00:15
 origin 0, AS path []
 med: 0
 local-preference: 100
 extended-community: 0x0603525400AA00FF
`,
  'frr/evpn-prefix-network-withdraw': `
- evpn:prfxadv::64512:3:-:0:10.9.0.0/24:0.0.0.0: label 0
`,
  'frr/open': `
OPEN 64512 180 127.0.0.21
 multiprotocol ipv4/mpls-vpn
 multiprotocol l2vpn/evpn
 128 0x
 route-refresh
 70 0x
 four-octet-as 64512
 6 0x
 69 0x0001800100194601
 73 0x02766d00
 graceful-restart 120
 71 0x0001808000000000194680000000
`,
  'frr/vpnv4-network-announce': `
+ 10.3.0.0/24 label 300 next-hop 127.0.0.21 rd 64512:3
 next hop: 127.0.0.21
 origin 0, AS path []
 med: 0
 local-preference: 100
`,
  'frr/vpnv4-network-withdraw': `
- 10.3.0.0/24 label 0 next-hop - rd 64512:3
`,
  'frr/vpnv4-reflected-announce': `
+ 10.1.0.0/24 label 100 next-hop 127.0.0.22 rd 127.0.0.22:1
 next hop: 127.0.0.22
 origin 0, AS path []
 med: 0
 local-preference: 100
 originator-id: 127.0.0.22
 cluster-list: [ 127.0.0.21 ]
 extended-community: target:64512:1
`,
  'frr/vpnv4-reflected-withdraw': `
- 10.1.0.0/24 label 0 next-hop - rd 127.0.0.22:1
`,
  'gobgp/end-of-rib': `
end-of-rib l2vpn/evpn
end-of-rib ipv4/flow-vpn
end-of-rib ipv4/rtc
end-of-rib ipv4/mpls-vpn
`,
  'gobgp/evpn-ethernet-ad-announce': `
+ evpn:ethernetad::192.0.2.1:3:00:11:22:33:44:55:66:77:88:99:5: label 6 (100)
 next hop: 127.0.0.11
 origin 2, AS path []
 local-preference: 100
 extended-community: [ target:64512:1 encap:VXLAN ]
`,
  'gobgp/evpn-ethernet-ad-withdraw': `
- evpn:ethernetad::192.0.2.1:3:00:11:22:33:44:55:66:77:88:99:5: label 6 (100)
`,
  'gobgp/evpn-mac-announce': `
+ evpn:macadv::192.0.2.1:3:-:0:52:54:00:AA:00:01/48:: label 48 (777)
 next hop: 127.0.0.11
 origin 2, AS path []
 local-preference: 100
 extended-community: [ target:64512:1 encap:VXLAN ]
`,
  'gobgp/evpn-mac-ipv4-announce': `
+ evpn:macadv::192.0.2.1:3:-:0:52:54:00:AA:00:01/48:10.9.0.7: label 48 (777)
 next hop: 127.0.0.11
 origin 2, AS path []
 local-preference: 100
 extended-community: [ target:64512:1 encap:VXLAN 0x0603525400AA00FF ]
`,
  'gobgp/evpn-mac-ipv4-withdraw': `
- evpn:macadv::192.0.2.1:3:-:0:52:54:00:AA:00:01/48:10.9.0.7: label 48 (777)
`,
  'gobgp/evpn-mac-ipv6-segment-announce': `
+ evpn:macadv::192.0.2.1:3:00:11:22:33:44:55:66:77:88:99:5:52:54:00:AA:00:01/48:2001:db8::7: label 48 (777)
 next hop: 127.0.0.11
 origin 2, AS path []
 local-preference: 100
 extended-community: [ target:64512:1 0x030D000000000000 0x030D000000000000 ]
`,
  'gobgp/evpn-mac-ipv6-segment-withdraw': `
- evpn:macadv::192.0.2.1:3:00:11:22:33:44:55:66:77:88:99:5:52:54:00:AA:00:01/48:2001:db8::7: label 48 (777)
`,
  'gobgp/evpn-mac-withdraw': `
- evpn:macadv::192.0.2.1:3:-:0:52:54:00:AA:00:01/48:: label 48 (777)
`,
  'gobgp/evpn-multicast-announce': `
+ evpn:multicast::192.0.2.1:3:0:192.0.2.1
 next hop: 127.0.0.11
 origin 2, AS path []
 local-preference: 100
 extended-community: [ target:64512:1 encap:VXLAN ]
 pmsi-tunnel: pmsi:ingressreplication:0:48(777):192.0.2.1
`,
  'gobgp/evpn-multicast-withdraw': `
- evpn:multicast::192.0.2.1:3:0:192.0.2.1
`,
  'gobgp/evpn-prefix-announce': `
+ evpn:prfxadv::192.0.2.1:3:-:0:10.9.0.0/24:10.9.0.1: label 48 (777)
 next hop: 127.0.0.11
 origin 2, AS path []
 local-preference: 100
 extended-community: [ target:64512:1 encap:VXLAN ]
`,
  'gobgp/evpn-prefix-ipv6-announce': `
+ evpn:prfxadv::192.0.2.1:3:-:0:2001:db8:1::/48:::: label 48 (777)
 next hop: 127.0.0.11
 origin 2, AS path []
 local-preference: 100
 extended-community: [ target:64512:1 encap:VXLAN ]
`,
  'gobgp/evpn-prefix-ipv6-withdraw': `
- evpn:prfxadv::192.0.2.1:3:-:0:2001:db8:1::/48:::: label 48 (777)
`,
  'gobgp/evpn-prefix-withdraw': `
- evpn:prfxadv::192.0.2.1:3:-:0:10.9.0.0/24:10.9.0.1: label 48 (777)
`,
  'gobgp/evpn-segment-announce': `
+ evpn:segment::192.0.2.1:0:00:11:22:33:44:55:66:77:88:99:192.0.2.1
 next hop: 127.0.0.11
 origin 2, AS path []
 local-preference: 100
 extended-community: target:64512:1
`,
  'gobgp/evpn-segment-withdraw': `
- evpn:segment::192.0.2.1:0:00:11:22:33:44:55:66:77:88:99:192.0.2.1
`,
  'gobgp/flowspec-all-components-announce': `
+ flow destination-ipv4 20.0.0.0/24 source-ipv4 10.0.4.0/22 protocol =udp destination-port [ >=80&<=90 =443 ] source-port =1000 icmp-type =echo-request tcp-flags [ =syn !=ack ] packet-length [ >=1000&<=1500 ] dscp =46 fragment =is-fragment rd 64512:5
 next hop: none
 origin 2, AS path []
 local-preference: 100
 extended-community: [ target:64512:1 rate-limit:0 ]
`,
  'gobgp/flowspec-all-components-withdraw': `
- flow destination-ipv4 20.0.0.0/24 source-ipv4 10.0.4.0/22 protocol =udp destination-port [ >=80&<=90 =443 ] source-port =1000 icmp-type =echo-request tcp-flags [ =syn !=ack ] packet-length [ >=1000&<=1500 ] dscp =46 fragment =is-fragment rd 64512:5
`,
  'gobgp/flowspec-redirect-announce': `
+ flow destination-ipv4 20.0.0.0/24 protocol =tcp destination-port =80 rd 192.0.2.1:5
 next hop: none
 origin 2, AS path []
 local-preference: 100
 extended-community: [ target:64512:1 redirect:64512:99 ]
`,
  'gobgp/flowspec-redirect-withdraw': `
- flow destination-ipv4 20.0.0.0/24 protocol =tcp destination-port =80 rd 192.0.2.1:5
`,
  'gobgp/open': `
OPEN 64512 90 127.0.0.11
 route-refresh
 73 0x02766d00
 multiprotocol ipv4/mpls-vpn
 multiprotocol l2vpn/evpn
 multiprotocol ipv4/flow-vpn
 multiprotocol ipv4/rtc
 four-octet-as 64512
 graceful-restart 120 ipv4/mpls-vpn l2vpn/evpn ipv4/flow-vpn ipv4/rtc
 5 0x000100800002001900460002000100860002000100840002
`,
  'gobgp/rtc-announce': `
+ rtc 64512:target:64512:77
 next hop: 127.0.0.11
 origin 0, AS path []
 local-preference: 100
`,
  'gobgp/rtc-withdraw': `
- rtc 64512:target:64512:77
`,
  'gobgp/vpnv4-announce': `
+ 10.1.0.0/24 label 100 next-hop 192.0.2.1 rd 192.0.2.1:1
 next hop: 192.0.2.1
 origin 2, AS path []
 local-preference: 100
 extended-community: target:64512:1
`,
  'gobgp/vpnv4-default-announce': `
+ 0.0.0.0/0 label 16 next-hop 192.0.2.1 rd 64512:9
 next hop: 192.0.2.1
 origin 2, AS path []
 local-preference: 100
 extended-community: target:64512:1
`,
  'gobgp/vpnv4-default-withdraw': `
- 0.0.0.0/0 label 16 next-hop - rd 64512:9
`,
  'gobgp/vpnv4-forms-announce': `
+ 10.2.0.0/15 label 1048575 next-hop 192.0.2.1 rd 65537L:7
 next hop: 192.0.2.1
 origin 2, AS path []
 med: 5
 local-preference: 200
 extended-community: [ target:64512:1 target:192.0.2.1:200 target:65537L:10 ]
`,
  'gobgp/vpnv4-forms-withdraw': `
- 10.2.0.0/15 label 1048575 next-hop - rd 65537L:7
`,
  'gobgp/vpnv4-withdraw': `
- 10.1.0.0/24 label 100 next-hop - rd 192.0.2.1:1
`,
};
