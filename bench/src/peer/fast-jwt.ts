import { importPeer } from '../harness/install.ts'
import { audience, issuer, type KeyMaterial } from '../subject/material.ts'
import type { JwtPeer } from './jwt-peer.ts'

interface FastJwt {
  createVerifier(options: Readonly<Record<string, unknown>>): (token: string) => unknown
  createSigner(options: Readonly<Record<string, unknown>>): (claims: object) => string
}

export interface FastJwtCache {
  /** `true` is the library's own default size: 1000 tokens. */
  readonly cache?: true | number
  /** The library finds a cached token by a digest of it; its documentation offers the token itself as the quicker key. */
  readonly tokenAsKey?: boolean
}

const pem = (key: KeyMaterial, half: 'private' | 'public'): string | Buffer => {
  if (key.algorithm === 'HS256') return key.privateKey.export()
  return half === 'private'
    ? key.privateKey.export({ type: 'pkcs8', format: 'pem' })
    : key.publicKey.export({ type: 'spki', format: 'pem' })
}

export async function fastJwtVerifier(key: KeyMaterial, cached: FastJwtCache = {}): Promise<(token: string) => unknown> {
  const { createVerifier } = await importPeer<FastJwt>('fast-jwt')
  return createVerifier({
    key: pem(key, 'public'),
    algorithms: [key.algorithm],
    allowedIss: issuer,
    allowedAud: audience,
    checkTyp: 'at+jwt',
    ...(cached.cache === undefined ? {} : { cache: cached.cache }),
    ...(cached.tokenAsKey === true ? { cacheKeyBuilder: (token: string) => token } : {}),
  })
}

export const fastJwt: JwtPeer = {
  label: 'fast-jwt',
  algorithms: ['HS256', 'ES256', 'EdDSA', 'RS256', 'PS256'],
  verifier: async (key) => ({ kind: 'sync', call: await fastJwtVerifier(key) }),
  async signer(key) {
    const { createSigner } = await importPeer<FastJwt>('fast-jwt')
    const call = createSigner({ key: pem(key, 'private'), algorithm: key.algorithm, kid: key.kid, header: { typ: 'at+jwt' } })
    return { kind: 'sync', call }
  },
}
