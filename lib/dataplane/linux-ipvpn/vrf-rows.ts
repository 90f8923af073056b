import { PROTOCOL, tableOf, UNREACHABLE_METRIC, vrfDevice } from './names.ts';
import { EXISTS, GONE, type KernelRow } from './row.ts';

/**
 * The VRF device, and a table in which nothing is sought in vain: a packet that found no route there would go on to the
 * main table, and leave the node without a label. The table outlives the device, and is emptied for itself.
 */
export function vrfRows(instance: number): readonly KernelRow[] {
  const [name, table] = [vrfDevice(instance), tableOf(instance)];
  return [
    {
      key: `link ${name}`,
      stage: 'device',
      put: [
        `link add name ${name} type vrf table ${table}`,
        `link set dev ${name} up`,
        `route replace table ${table} unreachable default metric ${UNREACHABLE_METRIC} proto ${PROTOCOL}`,
      ],
      remove: [`link del dev ${name}`, `route flush table ${table}`],
      present: EXISTS,
      tolerate: [...GONE.link, ...GONE.route],
    },
  ];
}
