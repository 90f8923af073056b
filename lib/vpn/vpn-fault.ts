/**
 * Why an attachment was refused. `request`: what was asked for is wrong, and asking again will not help. `dataplane`:
 * the dataplane could not be programmed. In both cases nothing has changed.
 */
export interface VpnFault {
  readonly kind: 'request' | 'dataplane';
  readonly message: string;
}

export function refused(message: string): VpnFault {
  return { kind: 'request', message };
}
