import { type HttpSignatureAlgorithm, httpSignatureAlgorithms, type JwsKey } from '../../crypto/index.ts'
import type { SignatureDraft, SignatureFields } from './signature-template.ts'

/** What a signer signs with: a secret, or a private key. */
export interface MessageSigningKey {
  readonly algorithm: HttpSignatureAlgorithm
  readonly key: JwsKey
}

/** @throws {RangeError} The key does not fit the algorithm, or is too small. */
export function messageSigningKey(algorithm: HttpSignatureAlgorithm, key: JwsKey): MessageSigningKey {
  httpSignatureAlgorithms[algorithm].requireKey(key)
  return Object.freeze({ algorithm, key })
}

/** Signs at once, with a key that this process holds. */
export function signDraft(draft: SignatureDraft, { algorithm, key }: MessageSigningKey): SignatureFields {
  return draft.fields(httpSignatureAlgorithms[algorithm].sign(key, draft.base))
}
