import type { EpochSeconds } from '../core/platform.ts'
import type { SignatureKey } from './signature-key.ts'

export type SignatureForm = 'http-message' | 'sigv4' | 'sigv4-presigned' | 'hawk' | 'hawk-bewit' | 'jwt' | 'one-time'

/**
 * What one request claims about itself. Every wire form is read into this and then goes one way (DESIGN 8): window, key, signature,
 * digest of the body that was really received, address list, replay claim, principal.
 *
 * Nothing in it is proven before `check` has said so.
 */
export interface RequestSignature {
  readonly form: SignatureForm
  /** As on the wire. */
  readonly keyId: string
  /** Only a one-time signature does not say: its signer needs no clock, it has no window, and its claim is kept for good. */
  readonly signedAt: EpochSeconds | undefined
  /** Where the form has no expiry of its own, the window alone decides. */
  readonly expiresAt: EpochSeconds | undefined
  /**
   * What the replay claim is made of, within the key: the signer's nonce, or else the signature's own value in a form of which no
   * second spelling exists.
   */
  readonly nonce: string
  readonly body: BodyBinding
  /** What the signature speaks for, in the form's own words: components, names of headers. */
  readonly covered: readonly string[]
  /** Temporary keys (SigV4) carry it beside the key id. */
  readonly sessionToken?: string
  /**
   * Whether the signature is right under this key. Checks nothing else: no time, no body, no replay. A key of another kind than the
   * signature is `false`.
   *
   * @param bodySha256 Lower-case hex, of the body that was received; needed where `body.kind` is `inside`.
   */
  check(key: SignatureKey, bodySha256?: string): boolean
}

/** One that says when it was made: every form but that of one-time keys. */
export interface TimedRequestSignature extends RequestSignature {
  readonly signedAt: EpochSeconds
}

/** How a signature binds the body. */
export type BodyBinding =
  /** A digest that the signature covers: to be compared with the bytes that were really received, once the signature has been checked. */
  | DigestBinding
  /** The signature covers a digest that the request does not name (SigV4 without `x-amz-content-sha256`): `check` has to be told. */
  | { readonly kind: 'inside' }
  /** The signer left the body open; only a route that says so may take that. */
  | { readonly kind: 'unsigned' }
  /** The signer spoke for a request without a body: any byte received is one too many. */
  | { readonly kind: 'none' }

export interface DigestBinding {
  readonly kind: 'digest'
  /** Whether these are the bytes; compares in constant time. */
  matches(body: Uint8Array): boolean
  /** The same for a body that is taken piece by piece. */
  meter(): BodyMeter
}

/** Reads a body along as it streams by. */
export interface BodyMeter {
  update(chunk: Uint8Array): void
  /** Once, after the last piece. */
  matches(): boolean
}
