import { encodeBase64url, type EpochSeconds, systemRandom } from 'countersign/core'
import { hmacKey, type JwsAlgorithm, type JwsKey, jwsAlgorithms, sha256Base64url } from 'countersign/crypto'
import {
  contentDigest,
  dayKeyId,
  deriveHawkKey,
  deriveMessageDayKey,
  deriveRequestJwtKey,
  hawkPayloadHash,
  type MessageSigningKey,
  messageSigningKey,
  type RequestMessage,
  type ScopePlace,
  SignatureTemplate,
  signDraft,
  signHawk,
  signRequestJwt,
  signSigV4,
} from 'countersign/signature'
import { misuse } from '../failure.ts'
import { type GivenRequest, headerIn } from './given-request.ts'
import { sigV4Crypto } from './sigv4-place.ts'
import type { PrivateKey, SecretKey } from './signing-key.ts'

export interface Signing {
  readonly key: SecretKey | PrivateKey
  readonly at: EpochSeconds
  readonly place: ScopePlace
}

/** What a signature adds to the headers. */
type Added = Readonly<Record<string, string>>

const NONCE_BYTES = 16
const JWT_LIFE_SECONDS = 60

export const newNonce = (): string => encodeBase64url(systemRandom.bytes(NONCE_BYTES))

const day = (at: EpochSeconds): string => new Date(at * 1000).toISOString().slice(0, 10).replaceAll('-', '')

/** Every form in which a request can be signed here. */
export const signers: Readonly<Record<string, (request: GivenRequest, signing: Signing) => Promise<Added>>> = {
  'http-message': async (request, { key, at }) => {
    const digest: Added = request.body === undefined ? {} : { 'content-digest': contentDigest(request.body) }
    const headers = { ...request.headers, ...digest }
    const cover = new Set(['@method', '@target-uri', ...Object.keys(headers).map((name) => name.toLowerCase())])
    const { keyId, signing } = messageKey(key, at)
    const template = new SignatureTemplate({ keyId, cover: [...cover] })
    return { ...digest, ...signDraft(template.draft(messageOf({ ...request, headers }), { created: at, nonce: newNonce() }), signing) }
  },
  sigv4: (request, { key, at, place }) => {
    const { id: keyId, secret, sessionToken } = requireSecret(key, 'sigv4')
    const credentials = { keyId, secret, ...(sessionToken === undefined ? {} : { sessionToken }) }
    return signSigV4(request, request.body ?? '', { place, credentials, at, crypto: sigV4Crypto })
  },
  hawk: async (request, { key, at }) => {
    const { id: keyId, secret } = requireSecret(key, 'hawk')
    const hawk = hmacKey(new TextEncoder().encode(deriveHawkKey(secret)))
    const hash = request.body === undefined ? {} : { hash: hawkPayloadHash(request.body, headerIn(request, 'content-type')) }
    const signing = { keyId, mac: (text: string) => hawk.text(text, 'base64') }
    return { authorization: await signHawk(request, { at, nonce: newNonce(), ...hash }, signing) }
  },
  jwt: async (request, { key, at }) => {
    const { algorithm, jwsKey } = jwtKey(key)
    const facts = { id: newNonce(), at, lifeSeconds: JWT_LIFE_SECONDS }
    const bodySha256 = request.body === undefined ? {} : { bodySha256: sha256Base64url(request.body) }
    const signing = { keyId: key.id, algorithm, sign: (input: string) => jwsAlgorithms[algorithm].sign(jwsKey, input) }
    return { authorization: `Bearer ${await signRequestJwt(request, { ...facts, ...bodySha256 }, signing)}` }
  },
}

export function messageOf({ method, target, scheme, authority, headers }: GivenRequest): RequestMessage {
  const values = (name: string): readonly string[] | undefined => {
    const value = headerIn({ headers }, name)
    return value === undefined ? undefined : [value]
  }
  return { method, target, scheme, authority, values, names: () => Object.keys(headers) }
}

function messageKey(key: SecretKey | PrivateKey, at: EpochSeconds): { readonly keyId: string; readonly signing: MessageSigningKey } {
  if (key.kind === 'private') return { keyId: key.id, signing: messageSigningKey(key.algorithm, key.key) }
  const today = day(at)
  return { keyId: dayKeyId(key.id, today), signing: messageSigningKey('hmac-sha256', hmacKey(deriveMessageDayKey(key.secret, today))) }
}

const jwtNames: Readonly<Record<string, JwsAlgorithm>> = { ed25519: 'EdDSA', 'ecdsa-p256-sha256': 'ES256', 'rsa-v1_5-sha256': 'RS256' }

function jwtKey(key: SecretKey | PrivateKey): { readonly algorithm: JwsAlgorithm; readonly jwsKey: JwsKey } {
  if (key.kind === 'secret') return { algorithm: 'HS256', jwsKey: hmacKey(deriveRequestJwtKey(key.secret)) }
  const algorithm = jwtNames[key.algorithm]
  if (algorithm === undefined) throw misuse(`A JWT is not signed with ${key.algorithm} here.`, 'Use --form http-message.')
  return { algorithm, jwsKey: key.key }
}

function requireSecret(key: SecretKey | PrivateKey, form: string): SecretKey {
  if (key.kind === 'secret') return key
  throw misuse(`The form ${form} signs with a secret, not with a private key.`, 'Use --form http-message or jwt.')
}
