import { AuthError } from '../../core/refusal.ts'
import type { BodyBinding } from '../request-signature.ts'
import { readDigest } from '../content-digest.ts'
import type { SignableMessage } from './component.ts'
import type { ComponentList } from './component-list.ts'
import type { SignatureInput } from './signature-input.ts'
import type { SignaturePolicy } from './signature-policy.ts'

/** Longer than every id and every nonce that is in use; shorter than what would fill a table of claims. */
const MAX_TEXT_LENGTH = 256

/**
 * A signature has to say who, and when.
 *
 * @throws {AuthError} `signature_incomplete` that names the parameter; `credential_malformed` for one that is too long.
 */
export function requireParameters({ created, keyid, nonce }: SignatureInput, requireNonce: boolean): void {
  if (created === undefined) throw incomplete('created')
  if (keyid === undefined || keyid === '') throw incomplete('keyid')
  if (nonce === '' || (requireNonce && nonce === undefined)) throw incomplete('nonce')
  if (keyid.length > MAX_TEXT_LENGTH || (nonce !== undefined && nonce.length > MAX_TEXT_LENGTH)) {
    throw new AuthError('credential_malformed', { reason: 'parameter_too_long' })
  }
}

/** @throws {AuthError} `signature_incomplete` that names the first component that is missing. */
export function requireCoverage({ identifiers, meanings }: ComponentList, { cover }: SignaturePolicy): void {
  for (const { identifier, meaning } of cover) {
    if (!identifiers.includes(identifier) && !meanings.includes(meaning)) throw incomplete(identifier)
  }
}

/**
 * How the signature binds the body.
 *
 * @throws {AuthError} `signature_incomplete`: there is a body, and no digest of it is covered; `credential_malformed`: no such digest.
 */
export function bodyBinding(message: SignableMessage, { coversDigest }: ComponentList, policy: SignaturePolicy): BodyBinding {
  // The component has been read by now: the field is there.
  if (coversDigest) return readDigest(fieldText(message, 'content-digest'))
  if (policy.unsignedBody) return { kind: 'unsigned' }
  if (announcesBody(message)) throw incomplete('"content-digest"')
  // Over HTTP/2 a body may come unannounced: the caller who sees one byte of it refuses.
  return { kind: 'none' }
}

function announcesBody(message: SignableMessage): boolean {
  if (message.values('transfer-encoding') !== undefined) return true
  const length = message.values('content-length')
  return length !== undefined && length.some((value) => value.trim() !== '0')
}

function fieldText(message: SignableMessage, name: string): string {
  const values = message.values(name)
  return values?.length === 1 ? (values[0] as string) : (values?.join(', ') ?? '')
}

const incomplete = (missing: string): AuthError => new AuthError('signature_incomplete', { missing })
