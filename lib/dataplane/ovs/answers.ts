import { isGroupOf, type Owner } from './owner.ts';

/** What `ovs-ofctl` says, as far as we have to understand it. */

/** Numbers of the groups of this owner in the output of `dump-groups`. */
export function groupsOf(owner: Owner, dump: string): readonly number[] {
  return Array.from(dump.matchAll(/\bgroup_id=(\d+)/g), ([, id]) => Number(id)).filter((id) =>
    isGroupOf(owner, id),
  );
}

/** The number of flows in the output of `dump-aggregate`; undefined if it is none. */
export function flowCount(aggregate: string): number | undefined {
  const count = /\bflow_count=(\d+)/.exec(aggregate)?.[1];
  return count === undefined ? undefined : Number(count);
}

/**
 * Whether a line of `ovs-ofctl monitor` comes from the bridge: an answer, or a flow that was removed. Others say why the
 * bridge does not answer.
 */
export function isFromBridge(line: string): boolean {
  return /^\w*FLOW_MONITOR\w* reply|^ event=/.test(line);
}

/** Whether a text says that the bridge is there and speaks none of the versions of OpenFlow that it was asked for. */
export function lacksVersion(text: string): boolean {
  return text.includes('version negotiation failed');
}

/** The beginning of the cookies of an owner, in any line that `ovs-ofctl monitor` writes of its flows. */
export function mentionsFlowOf({ tag }: Owner, line: string): boolean {
  return line.includes(`cookie=0x${tag.toString(16)}`);
}

/**
 * Why the switch refused a bundle, in one line; undefined if it was not the switch that refused it, but could not be
 * asked.
 */
export function refusalOf(stderr: string): string | undefined {
  const error = /^Error (\S+) for: (.*)$/m.exec(stderr);
  if (error !== null) return `${error[1]!}: ${error[2]!}`;
  const syntax = /^ovs-ofctl: -:\d+: (?:: )?(.*)$/m.exec(stderr);
  return syntax === null ? undefined : syntax[1]!;
}

/** What a tool of Open vSwitch says without the date, the level and the module that its log puts before it. */
export function plainMessage(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => line.replace(/^[\d-]+T[\d:.]+Z\|\d+\|(\w+\|){2}/, '').trim()).join('; ');
}
