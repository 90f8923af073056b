/** How much an event matters. */
export type LogLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

/** From which level on events are written: with CRITICAL none is, since nothing here is that bad. */
export type LogThreshold = LogLevel | 'CRITICAL';

/** The threshold of one part of the program: `bgp.peer` and DEBUG. */
export interface ComponentLevel {
  readonly component: string;
  readonly level: LogThreshold;
}

/** Grows with how bad it is. */
export const SEVERITY: Readonly<Record<LogThreshold, number>> = {
  DEBUG: 0,
  INFO: 1,
  WARNING: 2,
  ERROR: 3,
  CRITICAL: 4,
};

/** The first words of the names of components: `vpn` of `vpn.vrf.1`. */
export const COMPONENTS: readonly string[] = ['api', 'bgp', 'daemon', 'dataplane', 'vpn'];

/** Levels as Python spells them. */
const SPELLINGS: Readonly<Record<string, LogThreshold>> = {
  TRACE: 'DEBUG',
  DEBUG: 'DEBUG',
  INFO: 'INFO',
  WARN: 'WARNING',
  WARNING: 'WARNING',
  ERROR: 'ERROR',
  CRITICAL: 'CRITICAL',
  FATAL: 'CRITICAL',
};

/** Parses `bgp.peer=DEBUG`; undefined if it is anything else. */
export function parseComponentLevel(text: string): ComponentLevel | undefined {
  const [, component, spelling] = /^([^\s=]+)\s*=\s*(\w+)$/.exec(text) ?? [];
  const level = SPELLINGS[spelling?.toUpperCase() ?? ''];
  return component === undefined || level === undefined ? undefined : { component, level };
}

/** The threshold of the most specific name that is that of the component, or the beginning of it up to a dot. */
export function thresholdOf(
  component: string,
  levels: readonly ComponentLevel[],
  otherwise: LogThreshold,
): LogThreshold {
  let longest = -1;
  let threshold = otherwise;
  for (const { component: name, level } of levels) {
    if (component !== name && !component.startsWith(`${name}.`)) continue;
    // Of two for the same name the later one counts.
    if (name.length < longest) continue;
    longest = name.length;
    threshold = level;
  }
  return threshold;
}

/** Names that no component here can have, such as those of Python loggers. */
export function foreignComponents(levels: readonly ComponentLevel[]): readonly string[] {
  const names = levels.map(({ component }) => component);
  return names.filter((name) => !COMPONENTS.includes(name.split('.')[0]!));
}
