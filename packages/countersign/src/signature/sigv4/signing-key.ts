import { hmacKey } from '../../crypto/index.ts'
import type { CredentialScope } from './scope.ts'

/**
 * The key of one day, region, service and dialect: a chain of HMACs that starts with the secret and cannot be walked back. A verifier
 * that holds the result can check the signatures of that day and scope, and no others.
 *
 * @returns 32 bytes.
 */
export function deriveSigningKey(secret: string, scope: CredentialScope): Uint8Array {
  const { date, region, service, provider } = scope
  const start: Uint8Array = new TextEncoder().encode(provider.secretPrefix + secret)
  return [date, region, service, provider.terminator].reduce((key, step) => hmacKey(key).bytes(step), start)
}
