import { wayKey, wayOrder, type Way } from './way.ts';

/** The highest id that a bucket may have (OpenFlow 1.5 reserves those above). */
const HIGHEST = 0xffff_feff;

/** The id of the bucket of each way, by `wayKey`. */
export type BucketIds = ReadonlyMap<string, number>;

/**
 * A way that was there keeps its id, whatever comes and goes beside it: flows stay with the next hop that they have. A
 * new one gets the id that is its consistent-hash order if that is free, else the lowest free one.
 */
export function bucketIds(ways: readonly Way[], former: BucketIds): BucketIds {
  const ids = new Map<string, number>();
  const used = new Set<number>();
  const give = (key: string, id: number): void => {
    ids.set(key, id);
    used.add(id);
  };
  const isNew = (way: Way): boolean => !ids.has(wayKey(way));
  for (const key of ways.map(wayKey)) {
    const id = former.get(key);
    if (id !== undefined) give(key, id);
  }
  for (const way of ways.filter(isNew)) {
    const order = wayOrder(way);
    if (order <= HIGHEST && !used.has(order)) give(wayKey(way), order);
  }
  let lowest = 0;
  for (const way of ways.filter(isNew)) {
    while (used.has(lowest)) lowest++;
    give(wayKey(way), lowest);
  }
  return ids;
}
