import { failure, success, type Result } from '../../result.ts';
import { GONE, type KernelRow, type KernelView } from './row.ts';

/** Kernel modules without which the first directory of a key is not there. */
const MODULES: readonly (readonly [start: string, modules: string])[] = [
  ['net/mpls/', 'mpls_router, for routes with labels also mpls_iptunnel'],
];

/** A sysctl (`net/ipv4/ip_forward`, with slashes: names of interfaces may have dots) and what it was before. */
export function settingRow(
  key: string,
  value: number,
  view: KernelView,
  ground?: string,
): Result<KernelRow, string> {
  const former = view.sysctl(key);
  if (!former.ok) {
    const modules = MODULES.find(([start]) => key.startsWith(start))?.[1];
    return failure(`${key}: ${former.fault}${modules === undefined ? '' : ` (kernel modules: ${modules})`}`);
  }
  return success(row(key, value, former.value === String(value) ? undefined : former.value, ground));
}

/** One that the kernel need not have. */
export function settingRowIfAny(
  key: string,
  value: number,
  view: KernelView,
  ground?: string,
): readonly KernelRow[] {
  const made = settingRow(key, value, view, ground);
  return made.ok ? [made.value] : [];
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
