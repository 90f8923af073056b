import { PROTOCOL, tableOf, UNREACHABLE_METRIC, vrfDevice } from './names.ts';
import { EXISTS, GONE, type KernelRow, type KernelView } from './row.ts';

/**
 * The VRF device, and a table in which nothing is sought in vain: a packet that found no route there would go on to the
 * main table, and leave the node without a label. The table outlives the device, and is rid of our routes for itself: what
 * the kernel made from addresses of ports has left it with the ports.
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
      remove: [`link del dev ${name}`, `route flush table ${table} proto ${PROTOCOL}`],
      present: EXISTS,
      tolerate: [...GONE.link, ...GONE.route],
    },
  ];
}

/** Why the VRF cannot have its table, for people. Whose routes are in it would be mixed with ours. */
export function tableComplaint(instance: number, view: KernelView): string | undefined {
  const table = tableOf(instance);
  const stranger = view.stranger(table);
  return stranger === undefined ? undefined : `routing table ${table} is in use: ${stranger}`;
}
