import {
  FLOW_OPERATOR,
  type FlowComponent,
  type FlowMatch,
  type FlowMatchType,
} from '../bgp/nlri/flow-component.ts';
import { ipv4Network, type IpPrefix } from '../net/ip-prefix.ts';
import type { PortRange, TrafficClassifier } from './request.ts';

const LAST_PORT = 65535;

/** A classifier, with a destination, as the components of a flow specification (RFC 8955 §4.2.2). */
export function classifierComponents(
  { sourcePrefix, sourcePorts, destinationPorts, protocol }: TrafficClassifier,
  destination: IpPrefix,
): readonly FlowComponent[] {
  const components: FlowComponent[] = [{ type: 'destination', prefix: ipv4Network(destination) }];
  if (sourcePrefix !== undefined) components.push({ type: 'source', prefix: ipv4Network(sourcePrefix) });
  if (protocol !== undefined) components.push(matching('protocol', [equal(protocol)]));
  if (destinationPorts !== undefined) {
    components.push(matching('destination-port', portMatches(destinationPorts)));
  }
  if (sourcePorts !== undefined) components.push(matching('source-port', portMatches(sourcePorts)));
  return components;
}

function matching(type: FlowMatchType, matches: readonly FlowMatch[]): FlowComponent {
  return { type, matches };
}

/** A range that is open at one end takes one comparison. */
function portMatches({ first, last }: PortRange): readonly FlowMatch[] {
  if (first === last) return [equal(first)];
  const atLeast = { and: false, operator: FLOW_OPERATOR.greater + FLOW_OPERATOR.equal, value: first };
  const atMost = { and: first > 0, operator: FLOW_OPERATOR.less + FLOW_OPERATOR.equal, value: last };
  if (first === 0) return [atMost];
  return last === LAST_PORT ? [atLeast] : [atLeast, atMost];
}

function equal(value: number): FlowMatch {
  return { and: false, operator: FLOW_OPERATOR.equal, value };
}
