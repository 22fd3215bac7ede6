import { AuthError } from 'countersign/core'
import { CompactEncrypt, importJWK } from 'jose'

/** Hands a document over as a JWE in compact form. */
export type Encrypt = (document: unknown) => Promise<string>

const curves: ReadonlySet<unknown> = new Set(['X25519', 'P-256'])

/**
 * Takes the ephemeral public key of a recipient: what is encrypted to it (RFC 7516: ECDH-ES, A256GCM) nobody on the way can read, whoever
 * ends the TLS. Asked for before a secret is made, so that none is made that could not be delivered.
 *
 * @throws {AuthError} `request_invalid` at `/deliver_to` for a key that is not X25519 or P-256, or not public.
 */
export async function encryptTo(recipient: Readonly<Record<string, unknown>>): Promise<Encrypt> {
  const { kty, crv, x, y, d } = recipient
  if (!curves.has(crv) || d !== undefined) throw unusable()
  const encrypt = async (document: unknown): Promise<string> => {
    const key = await importJWK({ kty, crv, x, ...(y === undefined ? {} : { y }) } as Parameters<typeof importJWK>[0], 'ECDH-ES')
    const header = { alg: 'ECDH-ES', enc: 'A256GCM', cty: 'json' } as const
    return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(document))).setProtectedHeader(header).encrypt(key)
  }
  try {
    // Not every point on a curve agrees on a key.
    await encrypt({})
  } catch {
    // What the library says may repeat the key.
    throw unusable()
  }
  return encrypt
}

const unusable = (): AuthError =>
  new AuthError('request_invalid', { pointer: '/deliver_to', problem: 'must be a public X25519 or P-256 key' })
