import { constants, createHmac, createSecretKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

export const algorithms = ['HS256', 'ES256', 'EdDSA', 'RS256', 'PS256'] as const
export type Algorithm = (typeof algorithms)[number]

/** One key in the forms that the libraries want. */
export interface KeyMaterial {
  readonly algorithm: Algorithm
  readonly kid: string
  /** The secret itself for HS256. */
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export type Claims = Readonly<Record<string, unknown>>

/** RFC 7518 section 3.5. */
export const pssOptions = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } as const

export const issuer = 'https://auth.example.com'
export const audience = 'https://api.example.com'

function pairFor(algorithm: Exclude<Algorithm, 'HS256'>): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519')
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

export function newKey(algorithm: Algorithm): KeyMaterial {
  const kid = randomBytes(32).toString('base64url')
  if (algorithm !== 'HS256') return { algorithm, kid, ...pairFor(algorithm) }
  const secret = createSecretKey(randomBytes(32))
  return { algorithm, kid, privateKey: secret, publicKey: secret }
}

const id = (prefix: string): string => `${prefix}_${randomBytes(16).toString('base64url')}`

/** The claims of the access-token profile (DESIGN 5), valid from now for the hour that the profile allows at most. */
export function newClaims(rev = 0): Claims {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: issuer,
    sub: id('usr'),
    aud: audience,
    client_id: 'web',
    iat: now,
    exp: now + 3600,
    jti: randomBytes(16).toString('base64url'),
    sid: id('ses'),
    rev,
    scope: 'orders:read orders:write profile:read',
    roles: ['staff'],
    auth_time: now,
    amr: ['pwd'],
  }
}

/** What is signed: header and claims. */
export function signingInput(key: KeyMaterial, claims: Claims): Buffer {
  const header = Buffer.from(JSON.stringify({ alg: key.algorithm, typ: 'at+jwt', kid: key.kid })).toString('base64url')
  return Buffer.from(`${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`)
}

function signature(key: KeyMaterial, input: Buffer): Buffer {
  if (key.algorithm === 'HS256') return createHmac('sha256', key.privateKey).update(input).digest()
  if (key.algorithm === 'EdDSA') return sign(null, input, key.privateKey)
  if (key.algorithm === 'ES256') return sign('sha256', input, { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
  return sign('sha256', input, key.algorithm === 'PS256' ? { key: key.privateKey, ...pssOptions } : key.privateKey)
}

/** Signs by node:crypto alone: verifiers are measured on tokens that none of the libraries made. */
export function newToken(key: KeyMaterial, claims: Claims): string {
  const input = signingInput(key, claims)
  return `${input.toString('latin1')}.${signature(key, input).toString('base64url')}`
}
