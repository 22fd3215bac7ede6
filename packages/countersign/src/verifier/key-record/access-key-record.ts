import { decodeBase64url, type EpochSeconds, isJsonObject } from '../../core/index.ts'
import { hmacKey } from '../../crypto/index.ts'
import { publicSignatureKey, type SignatureKey } from '../../signature/index.ts'
import type { AccessKeyQuestion } from './access-key-source.ts'
import { isNumber, isText, type KeyFacts, keyFacts, needed, optional, wrong } from './record-member.ts'

/** What a verifier holds of an access key: whose it is, what it may do, and what checks one form of signature. Never the secret. */
export interface AccessKeyRecord extends KeyFacts {
  readonly kind: 'hmac' | 'public'
  /** A signed request is good for so long. */
  readonly windowSeconds: number
  /** The key that replaces this one. */
  readonly successor: string | undefined
  /** Until when its holder should replace it. */
  readonly rotateBy: EpochSeconds | undefined
  /** Of temporary keys: SHA-256, in base64url, of the token that every request has to carry. */
  readonly sessionTokenHash: string | undefined
  readonly key: SignatureKey
}

/**
 * Reads the answer to a question.
 *
 * @throws {Error} It is none, or is about something else: then nothing of it can be used.
 */
export function accessKeyRecord(document: unknown, question: AccessKeyQuestion): AccessKeyRecord {
  if (!isJsonObject(document)) throw wrong('id')
  const facts = keyFacts(document, question.id)
  const { kind } = document
  if (kind !== 'hmac' && kind !== 'public') throw wrong('kind')
  return Object.freeze({
    ...facts,
    kind,
    windowSeconds: needed(document, 'window_seconds', isNumber),
    successor: optional(document, 'successor', isText),
    rotateBy: optional(document, 'rotate_by', isNumber),
    sessionTokenHash: optional(document, 'session_token_hash', isText),
    key: keyOf(document.keys, kind, question),
  })
}

function keyOf(keys: unknown, kind: 'hmac' | 'public', { form, day, scope }: AccessKeyQuestion): SignatureKey {
  if (!isJsonObject(keys)) throw wrong('keys')
  const member = keys[kind === 'public' ? 'public' : form === 'http-message' ? 'http_message' : form]
  if (!isJsonObject(member)) throw wrong('keys')
  if (kind === 'public') return publicSignatureKey(member)
  const key = needed(member, 'key', isText)
  if (day !== undefined && member.day !== day) throw wrong('day')
  if (scope !== undefined && !(['region', 'service', 'provider'] as const).every((name) => member[name] === scope[name]))
    throw wrong('scope')
  // What a Hawk client is given is a text, and the text is its key.
  return { kind: 'secret', key: hmacKey(form === 'hawk' ? new TextEncoder().encode(key) : decodeBase64url(key)) }
}
