import { z } from 'zod';
import type { Fallback } from '../vpn/request.ts';
import { macAddress, object, ovsPortName } from './field.ts';
import { openflowPort } from './ovs-port.ts';

/** The `fallback` of an attach. `null` counts as absent, and members that nobody knows are passed over. */
export const fallback: z.ZodType<Fallback> = object
  .pipe(
    z.object({
      src_mac: macAddress.nullish(),
      dst_mac: macAddress.nullish(),
      ovs_port_name: ovsPortName.nullish(),
      ovs_port_number: openflowPort.nullish(),
    }),
  )
  .transform(({ src_mac, dst_mac, ovs_port_name, ovs_port_number }) => ({
    srcMac: src_mac ?? undefined,
    dstMac: dst_mac ?? undefined,
    portName: ovs_port_name ?? undefined,
    portNumber: ovs_port_number ?? undefined,
  }));
