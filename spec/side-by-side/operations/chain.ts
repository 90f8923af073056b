import type { Random } from '../random.ts';
import type { Json } from '../side.ts';
import { CHAIN_TARGETS, FROM_TARGETS, REDIRECT_TARGETS, REDIRECTED_TO_TARGETS } from '../vocabulary.ts';
import { firstAttach } from './attach.ts';
import type { Operation } from './operation.ts';

/** VRFs that pass on what they know, or draw traffic. */
export const CHAIN_OPERATIONS: readonly Operation[] = [
  {
    ...{ name: 'new VRF that passes routes on', weight: 5 },
    next: (random, model) =>
      firstAttach(random, model, 'ipvpn', {
        readvertise: { from_rt: random.some(FROM_TARGETS, 1, 2), to_rt: random.some(CHAIN_TARGETS, 1, 2) },
      }),
  },
  {
    // Without prefixes of its own: the original forgets those when the last route goes.
    ...{ name: 'new VRF that draws the traffic of routes', weight: 4 },
    next: (random, model) =>
      firstAttach(random, model, 'ipvpn', {
        readvertise: {
          from_rt: random.some(FROM_TARGETS, 1, 2),
          to_rt: [random.pick(REDIRECTED_TO_TARGETS)],
        },
        attract_traffic: {
          redirect_rts: [random.pick(REDIRECT_TARGETS)],
          classifier: classifier(random),
        },
      }),
  },
  {
    ...{ name: 'new VRF that draws the traffic to some prefixes', weight: 3 },
    next: (random, model) =>
      firstAttach(random, model, 'ipvpn', {
        attract_traffic: {
          redirect_rts: [random.pick(REDIRECT_TARGETS)],
          classifier: classifier(random),
          to_rt: [random.pick(REDIRECTED_TO_TARGETS)],
          static_destination_prefixes: prefixes(random),
        },
      }),
  },
];

function prefixes(random: Random): readonly string[] {
  return random.some(['30.0.0.0/8', '30.1.0.0/16', '30.2.3.4/32'], 1, 3);
}

/** Port ranges have neither 0 nor 65535 for an end: the original takes those for no end. */
function classifier(random: Random): Json {
  const portName = random.pick(['destinationPort', 'destination_port', 'sourcePort']);
  return {
    ...(random.chance(60) && { [portName]: random.pick(['80', '443', '8000:8080']) }),
    ...(random.chance(30) && { sourcePrefix: '10.0.4.0/24' }),
    ...(random.chance(60) && { protocol: random.pick(['tcp', 'udp']) }),
  };
}
