/** What is wrong with a configuration, precise enough to be repaired from the message alone. */
export interface ConfigurationFault {
  readonly code: 'unreadable' | 'syntax' | 'invalid-value' | 'missing-value';
  /** `/etc/bagpipe-bgp/bgp.conf:12`, or what else said it: `command line`. */
  readonly where: string;
  readonly section?: string;
  readonly option?: string;
  /** The value as it was given. */
  readonly value?: string;
  readonly message: string;
}

/** `bgp.conf:3: [BGP] my_as: "foo" is not valid: expected an AS number from 1 to 65535`. */
export function formatConfigurationFault(fault: ConfigurationFault): string {
  const option = fault.option === undefined ? '' : `[${fault.section ?? ''}] ${fault.option}: `;
  const value = fault.value === undefined ? '' : `"${fault.value}" is not valid: `;
  return `${fault.where}: ${option}${value}${fault.message}`;
}
