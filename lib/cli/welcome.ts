/**
 * What a daemon without a configuration file tells the user who has started it just so. `prefix` goes before the
 * commands that are not on the path.
 */
export function welcome(apiUrl: string, prefix: string): string {
  return `
There is no configuration file, so these are the built-in defaults: local address 127.0.0.1, AS 64512, no BGP
peers, dummy dataplanes (routes are computed, no packet is forwarded).

The REST API and the looking glass listen on ${apiUrl}. To try it, in another terminal:

  ${prefix}bagpipe-rest-attach --attach --network-type ipvpn --port tap1 --ip 10.0.0.1 --rt 64512:1
  ${prefix}bagpipe-rest-attach --attach --network-type ipvpn --port tap2 --ip 10.0.0.2 --rt 64512:1 \\
      --vpn-instance-id other --mac 52:54:00:99:99:23
  ${prefix}bagpipe-looking-glass
  ${prefix}bagpipe-looking-glass vpns instances other best_routes

Stop it with Ctrl-C. For a node of your network, write /etc/bagpipe-bgp/bgp.conf; "bagpipe-bgp --help" says how.
`;
}
