import { examples } from './examples.ts';
import { EVPN_DRIVERS, IPVPN_DRIVERS } from './scenario.ts';

/** What `--help` prints: how to run a scenario, and how to write one. */
export function help(): string {
  const list = examples().map(({ name, title }) => `  ${name.padEnd(24)}${title}`);
  return `Usage: npm run scenario -- FILE [--ipvpn ovs|linux] [--evpn linux] [--keep] [--picture FILE] [--verbose]

Builds the compute nodes of a file out of network namespaces of this machine, attaches ports as an administrator would,
with bagpipe-rest-attach, and checks with packets who reaches whom, and by which machines. Then, or when it is
interrupted, everything goes again. Needs root.

Where IP VPNs are to be forwarded by the kernel, and that of this machine has no MPLS or no VRFs, it runs in a User-Mode
Linux, several times slower, and needs no root.

  FILE             a scenario, or the name of one of the examples:

${list.join('\n')}

  --ipvpn DRIVER   all nodes have this driver for IP VPNs, whatever the file says
  --evpn DRIVER    the same for E-VPNs
  --keep           leave it running after the checks, and say how to look around; Ctrl-C ends it
  --picture FILE   draw what stands when everything is attached: who imports, exports, advertises again and redirects
                   what, as SVG
  --verbose        show what is typed and what is answered

Exit status: 0 if all checks hold; 1 if not, or something could not be built; 2 if the command line or the file is wrong.

A scenario file is YAML:

  title: Two machines in an IP VPN
  about: |                    # more for the reader, a drawing perhaps; may be left out
    vm1 (node a) ---- vm2 (node b)
  reflector: gobgp            # or frr, which has no classifiers (FlowSpec); may be left out
  nodes:                      # each a compute node with a daemon; the drivers may be left out
    a: { evpn: linux, ipvpn: ovs }
    b:
  route-targets:              # names for those of the attachments
    red: 64512:1
  attachments:                # done in this order before the first step, unless that is "attach"
    vm1:                      # the options of bagpipe-rest-attach, and the node on which it is typed
      { node: a, network-type: ipvpn, vpn-instance-id: red, port: netns:to-vm1, netns: vm1, ip: 11.0.0.1, rt: red }
    vm2:
      { node: b, network-type: ipvpn, vpn-instance-id: red, port: netns:to-vm2, netns: vm2, ip: 12.0.0.1, rt: red }
  services: {}                # see below; may be left out
  steps:
    - reaches: { from: vm1, to: vm2 }

Drivers are evpn: ${EVPN_DRIVERS.join(' or ')}, and ipvpn: ${IPVPN_DRIVERS.join(' or ')}. The first ones are the usual ones; nodes with ovs and
with linux understand each other; dummy forwards nothing. The name of a node has 12 characters at most and is not "rr"; those
of namespaces do not begin with "node-".

Checks and other steps name machines: the namespaces that attachments with a port "netns" make, called like "netns", or
like the instance. "mac" may name an attachment, whose MAC address it then is.

  services:                   # machines that pass on what comes in by the one interface to the gateway of the other one
    svm1: { x1: 100.0.0.254, h0: 30.0.0.254 }

Steps:

  reaches: { from: vm1, to: vm2, with: tcp 80, through: [svm1, svm2], back: [svm2, svm1] }
                              packets arrive, through these services in this order and no other one, and so do the
                              answers; "through: []" is no service at all; without them any way is good.
                              with: ping (unless given), tcp PORT or udp PORT, which
                              is not answered, so that it has no "back"
  does-not-reach: { from: vm1, to: vm2, with: tcp 81, seen-at: [svm1] }
                              packets leave, do not arrive, and are not answered.
                              seen-at: the services that they come to, in this order, and no other one; "seen-at: []"
                              is none at all; without it they may be lost anywhere
  spreads: { from: vm1, to: vm2, with: tcp 80, over: [svm20, svm21], through: [svm1, over], back: [over, svm1], flows: 40 }
                              each flow crosses one of the services of over: there and back, and each of these gets its
                              share, both ways. through: and back: as above, with the word "over" for whichever it is;
                              without them any others may be crossed, too.
                              flows: 40 (unless given), 4 to 1000; with: tcp PORT or udp PORT
  attach: vm1                 or a list; also with names that were detached
  detach: [vm1, vm2]
  fail: b                     the node loses its daemon and its wire
  restore: b                  a node that has failed is back, and what was attached is attached again
  say: any text               for the reader; also beside one of the others

Each path, and that of each flow, is proved by one packet that was seen at both interfaces of each service, with a TTL that
goes down.`;
}
