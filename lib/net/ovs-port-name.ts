/**
 * The name of a port of Open vSwitch, safe to be a word on the command line of its tools: 1 to 63 visible ASCII characters,
 * not starting with a dash. Patch ports are no interfaces of the kernel, and may have longer names than these:
 * `patch-mpls-to-int`.
 */
export function isOvsPortName(text: string): boolean {
  return /^[A-Za-z0-9_.@+=,][A-Za-z0-9_.@+=,:-]{0,62}$/.test(text);
}
