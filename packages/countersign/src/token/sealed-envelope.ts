import { decodeBase64url, decodeUtf8, encodeBase64url } from '../core/base64url.ts'
import type { Random } from '../core/platform.ts'
import { AuthError } from '../core/refusal.ts'
import { seal, unseal } from '../crypto/index.ts'
import { derivePurposeKey } from '../key/index.ts'
import type { Envelope } from './timed-token.ts'

/** All texts that need one more block than others do look alike. */
const BLOCK_BYTES = 64

/**
 * Hides a text (AES-256-GCM): base64url of version, nonce, ciphertext and tag. Under another key than signed tokens of the same purpose, so
 * that neither is taken for the other.
 */
export function sealedEnvelope(keys: readonly Uint8Array[], purpose: string, random: Random): Envelope {
  const label = `timed-token-sealed/${purpose}`
  const sealingKeys = keys.map((key) => derivePurposeKey(key, label))
  const sealingKey = sealingKeys[0] as Uint8Array // there is one: the caller has looked
  return {
    wrap: (text) => encodeBase64url(seal(sealingKey, padded(text), label, random)),
    open: (token) => decodeUtf8(opened(sealingKeys, bytesOf(token), label)),
  }
}

function opened(keys: readonly Uint8Array[], sealed: Uint8Array, label: string): Uint8Array {
  try {
    return unseal(keys, sealed, label)
  } catch (cause) {
    throw new AuthError('token_invalid', { reason: 'sealed' }, { cause })
  }
}

function bytesOf(token: string): Uint8Array {
  try {
    return decodeBase64url(token)
  } catch (cause) {
    throw new AuthError('credential_malformed', { reason: 'timed_token' }, { cause })
  }
}

/** With spaces, which mean nothing behind JSON. */
function padded(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  const whole = new Uint8Array(Math.ceil(bytes.byteLength / BLOCK_BYTES) * BLOCK_BYTES).fill(0x20)
  whole.set(bytes)
  return whole
}
