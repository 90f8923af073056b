/**
 * Why an attachment was refused. `request`: what was asked for is wrong, and asking again will not help. `dataplane`:
 * the dataplane could not be programmed. A refused attach has changed nothing; a detach whose dataplane
 * failed has been carried out as far as possible, and the fault says what may have stayed.
 */
export interface VpnFault {
  readonly kind: 'request' | 'dataplane';
  readonly message: string;
}

export function refused(message: string): VpnFault {
  return { kind: 'request', message };
}
