import type { Result } from '../../result.ts';
import type { UpdateFault } from '../fault.ts';
import type { AttributeValues } from './path-attributes.ts';

/** The members of `AttributeValues` that a descriptor decodes. */
export type AttributeField = Exclude<keyof AttributeValues, 'unknown'>;

export type AttributeValue<F extends AttributeField> = NonNullable<AttributeValues[F]>;

/** What the session has agreed on that changes the form of attributes. */
export interface AttributeContext {
  /** AS numbers in AS_PATH have four octets (RFC 6793 §4.1). */
  readonly fourOctetAs: boolean;
}

/** What there is to know about one path attribute; entered in `registry.ts`. */
export interface AttributeDescriptor<F extends AttributeField = AttributeField> {
  readonly code: number;
  /** As the looking glass shows it. */
  readonly name: string;
  readonly field: F;
  /** The optional and transitive bits that the attribute has on the wire. */
  readonly flags: number;
  /** The value of the attribute is `bytes[start, end)`. A fault says what RFC 7606 §7 wants done. */
  decode(
    bytes: Buffer,
    start: number,
    end: number,
    context: AttributeContext,
  ): Result<AttributeValue<F>, UpdateFault>;
  /** The value alone, without flags, code and length. */
  encode(value: AttributeValue<F>, context: AttributeContext): Buffer;
  format(value: AttributeValue<F>): string;
}

/** Attribute flags (RFC 4271 §4.3). */
export const OPTIONAL = 0x80;
export const TRANSITIVE = 0x40;
export const EXTENDED_LENGTH = 0x10;

export const WELL_KNOWN = TRANSITIVE;
export const OPTIONAL_TRANSITIVE = OPTIONAL | TRANSITIVE;
export const OPTIONAL_NON_TRANSITIVE = OPTIONAL;
