/**
 * The name of a network interface, safe to be a word of an `ip -batch` line: 1 to 15 visible ASCII characters,
 * none of which a batch file or the kernel takes for something else, not `.` or `..`, not starting with a dash.
 */
export function isInterfaceName(text: string): boolean {
  return /^[A-Za-z0-9_.@+=,][A-Za-z0-9_.@+=,-]{0,14}$/.test(text) && text !== '.' && text !== '..';
}
