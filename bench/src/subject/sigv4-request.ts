import { randomBytes } from 'node:crypto'
import { digestText, hmacKey } from 'countersign/crypto'
import {
  csgnProvider,
  deriveSigningKey,
  hawkPayloadHash,
  type RequestSignature,
  readHawk,
  readSigV4,
  type SignatureKey,
  sigV4Realm,
  signHawk,
  signSigV4,
} from 'countersign/signature'
import { authority, keyId, messageOf, sent, signedAt, type WireRequest } from './signed-request.ts'

export const secret: string = randomBytes(32).toString('base64url')

const place = { region: 'local', service: 'api', provider: csgnProvider }
const realm = sigV4Realm({ regions: ['local'], services: ['api'] })
const date = new Date(signedAt * 1000).toISOString().slice(0, 10).replaceAll('-', '')
const sigV4Key: SignatureKey = { kind: 'secret', key: hmacKey(deriveSigningKey(secret, { ...place, date })) }
const hawkKey = hmacKey(Buffer.from(secret))

const portable = {
  sha256Hex: (data: string | Uint8Array): string => digestText('sha-256', data, 'hex'),
  hmac: (key: Uint8Array, text: string): Uint8Array => hmacKey(key).bytes(text),
}

export async function sigV4Request(request: WireRequest): Promise<WireRequest> {
  const { method, target, body } = request
  const draft = { method, target, authority, headers: { 'content-type': 'application/json' } }
  const added = await signSigV4(draft, body, { place, credentials: { keyId, secret }, at: signedAt, crypto: portable })
  return sent(request, [...request.lines, ...Object.entries(added).flat()])
}

export async function hawkRequest(request: WireRequest): Promise<WireRequest> {
  const { method, target, body } = request
  const attributes = { at: signedAt, nonce: randomBytes(6).toString('hex'), hash: hawkPayloadHash(body, 'application/json') }
  const signing = { keyId, mac: (text: string) => hawkKey.text(text, 'base64') }
  const authorization = await signHawk({ method, target, scheme: 'https', authority }, attributes, signing)
  return sent(request, [...request.lines, 'authorization', authorization])
}

/** Reads the request, checks the signature, compares the digest of the body. */
export const verifySigV4 = (request: WireRequest): void => requireSigned(readSigV4(messageOf(request), realm), sigV4Key, request.body)

export const verifyHawk = (request: WireRequest): void =>
  requireSigned(readHawk(messageOf(request)), { kind: 'secret', key: hawkKey }, request.body)

function requireSigned(signature: RequestSignature | undefined, key: SignatureKey, body: Uint8Array): void {
  if (signature?.keyId !== keyId || !signature.check(key)) throw new Error('a good signature was refused')
  if (signature.body.kind !== 'digest' || !signature.body.matches(body)) throw new Error('a good body was refused')
}
