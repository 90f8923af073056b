import { failure, success } from '../../result.ts';
import { GONE, type KernelRow, type KernelRows, type KernelView } from './row.ts';

/** Kernel modules without which the first directory of a key is not there. */
const MODULES: readonly (readonly [start: string, modules: string])[] = [
  ['net/mpls/', 'mpls_router, for routes with labels also mpls_iptunnel'],
];

/** A sysctl and the value that it should have. */
export interface Setting {
  /** `net/ipv4/ip_forward`, with slashes: names of interfaces may have dots. */
  readonly key: string;
  readonly value: number;
  /** Whether the kernel need not have it. */
  readonly isOptional?: boolean;
}

/** Sysctls, and what they were before; none of those that the kernel need not have, and has not. */
export function settingRows(settings: readonly Setting[], view: KernelView, ground?: string): KernelRows {
  const rows: KernelRow[] = [];
  for (const { key, value, isOptional = false } of settings) {
    const former = view.sysctl(key);
    if (former.ok) {
      rows.push(row(key, value, former.value === String(value) ? undefined : former.value, ground));
    } else if (!isOptional) {
      const modules = MODULES.find(([start]) => key.startsWith(start))?.[1];
      return failure(
        `${key}: ${former.fault}${modules === undefined ? '' : ` (kernel modules: ${modules})`}`,
      );
    }
  }
  return success(rows);
}

/** One of a device of ours, with which it goes. */
export function ownSettingRow(key: string, value: number): KernelRow {
  return row(key, value, undefined);
}

function row(key: string, value: number, former: string | undefined, ground?: string): KernelRow {
  return {
    key,
    stage: 'setting',
    put: [`${key}=${value}`],
    remove: former === undefined ? [] : [`${key}=${former}`],
    tolerate: GONE.sysctl,
    ...(ground !== undefined && { ground }),
  };
}
