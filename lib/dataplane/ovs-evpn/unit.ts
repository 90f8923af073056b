/** The flow that all EVIs share: packets from tunnels. */
export const TUNNEL_UNIT = 'tunnel';

/** `INSTANCE/KIND`, or `INSTANCE/KIND/NAME` where an EVI has several: the key of the intent, where there is one. */
export function unitName(instance: number, kind: 'evi' | 'flood'): string;
export function unitName(instance: number, kind: 'remote-mac' | 'neighbour', name: string): string;
export function unitName(instance: number, kind: string, name?: string): string {
  return name === undefined ? `${instance}/${kind}` : `${instance}/${kind}/${name}`;
}

/** The parts of the name of a unit, or of the key of an intent. */
export function partsOf(unit: string): {
  readonly instance: number;
  readonly kind: string;
  readonly name: string;
} {
  const first = unit.indexOf('/');
  const second = unit.indexOf('/', first + 1);
  return {
    instance: Number(unit.slice(0, first)),
    kind: second < 0 ? unit.slice(first + 1) : unit.slice(first + 1, second),
    name: second < 0 ? '' : unit.slice(second + 1),
  };
}
