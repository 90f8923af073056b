import { examples } from './examples.ts';

/** What `--help` prints: how to run a scenario, and how to write one. */
export function help(): string {
  const list = examples().map(({ name, title }) => `  ${name.padEnd(24)}${title}`);
  return `Usage: npm run scenario -- FILE [--ipvpn ovs|linux] [--evpn linux|ovs] [--keep] [--picture FILE]
       [--verbose]

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
  steps:
    - reaches: { from: vm1, to: vm2 }

Checks and other steps name machines: the namespaces that attachments with a port "netns" make, called like "netns", or
like the instance. "mac" may name an attachment, whose MAC address it then is.

  services:                   # machines that pass on what comes in by the one interface to the gateway of the other one
    svm1: { x1: 100.0.0.254, h0: 30.0.0.254 }

Steps:

  reaches: { from: vm1, to: vm2, with: tcp 80, through: [svm1, svm2], back: [svm2, svm1] }
                              packets arrive, through these services in this order and no other one, and so do the
                              answers; "through: []" is no service at all; without them any way is good.
                              with: ping (unless given), tcp PORT or udp PORT
  does-not-reach: { from: vm1, to: vm2, with: tcp 81 }
                              no answer; it proves more if something else has been reached before
  spreads: { from: vm1, to: vm2, with: tcp 80, over: [svm20, svm21], flows: 40 }
                              each flow crosses one of these services, and each of them gets its share
  attach: vm1                 or a list; also with names that were detached
  detach: [vm1, vm2]
  fail: b                     the node loses its daemon and its wire
  restore: b                  it is back, and what was attached is attached again
  say: any text               for the reader; also beside one of the others

Each path is proved by one packet that was seen at both interfaces of each service, with a TTL that goes down.`;
}
