import { plugIntoVlan } from './bridges.ts';
import { addMachine, type Machine, type MachineOptions } from './machine.ts';

export interface VlanMachineOptions extends MachineOptions {
  /** That by which the node knows the network. */
  readonly vlan: number;
}

/** A virtual machine in an E-VPN over Open vSwitch, plugged in and described as Neutron does it; not attached yet. */
export async function addVlanMachine(options: VlanMachineOptions): Promise<Machine> {
  const { node, vlan } = options;
  const machine = await addMachine(options);
  await plugIntoVlan(node.openVswitch, machine.name, vlan);
  const attachment = { ...machine.attachment, local_port: { linuxif: `patch2tun:${vlan}`, vlan } };
  return { ...machine, attachment };
}
