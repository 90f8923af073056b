import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { failure, success, type Result } from '../lib/result.ts';

/** The first IPv4 address of an interface, or why there is none. A parameter of the loader, so that tests have one. */
export type InterfaceAddress = (name: string) => Result<string, string>;

export const systemInterfaceAddress: InterfaceAddress = (name) => {
  const address = networkInterfaces()[name]?.find(({ family }) => family === 'IPv4')?.address;
  if (address !== undefined) return success(address);
  // Interfaces that have no address, or are down, are not among those of the operating system module.
  return existsSync(`/sys/class/net/${name}`)
    ? failure(`no IPv4 address found on interface ${name}`)
    : failure(`interface ${name} does not exist`);
};
