import { cookieOf, type Owner } from './owner.ts';

/**
 * A flow or a group of a bridge, as lines of an `ovs-ofctl bundle` file (OpenFlow 1.5). A row is put whole: what was
 * there under its key is replaced.
 */
export interface Row {
  /** Tells it apart: a bridge has one row of a key. */
  readonly key: string;
  readonly put: string;
  readonly remove: string;
}

export interface Flow {
  readonly owner: Owner;
  /** The number of the instance to which it belongs; 0 if it belongs to all. */
  readonly instance: number;
  readonly table: number;
  readonly priority: number;
  /** Conditions, separated by commas; the empty string matches all. Said in one way only, since it is the key. */
  readonly match: string;
  /** Separated by commas; `drop` for none. */
  readonly actions: string;
}

export function flowRow({ owner, instance, table, priority, match, actions }: Flow): Row {
  const key = `table=${table},priority=${priority}${match === '' ? '' : `,${match}`}`;
  const cookie = cookieOf(owner, instance, key);
  return {
    key,
    put: `flow add cookie=${cookie},${key},actions=${actions}`,
    remove: `flow delete_strict cookie=${cookie}/-1,${key}`,
  };
}

export interface Group {
  readonly id: number;
  readonly type: 'all' | 'select';
  /** Of a select group: `selection_method=dp_hash`, and what belongs to it. */
  readonly selection?: string;
  readonly buckets: readonly Bucket[];
}

/**
 * Buckets of one group. A message of OpenFlow has 64 kB at most, which some 1000 buckets fill; more of them are neither
 * refused nor taken, but garbled.
 */
export const BUCKETS = 512;

export interface Bucket {
  readonly id: number;
  /** Carried out in the order of OpenFlow action sets, not in that in which they are written. */
  readonly actions: string;
}

export function groupRow({ id, type, selection, buckets }: Group): Row {
  const key = `group_id=${id}`;
  const parts = [key, `type=${type}`];
  if (selection !== undefined) parts.push(selection);
  // A bucket without a weight is never selected when it comes to a group that exists.
  const weight = type === 'select' ? 'weight=1,' : '';
  for (const bucket of buckets)
    parts.push(`bucket=bucket_id=${bucket.id},${weight}actions=${bucket.actions}`);
  return { key, put: `group add_or_mod ${parts.join(',')}`, remove: `group delete ${key}` };
}
