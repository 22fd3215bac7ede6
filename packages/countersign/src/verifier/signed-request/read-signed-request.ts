import { AuthError } from '../../core/index.ts'
import {
  readBewit,
  readHawk,
  readOneTimeSignature,
  readPresignedSigV4,
  readRequestJwt,
  readRequestSignature,
  readSigV4,
  type RequestMessage,
  type RequestSignature,
  type SignatureForm,
  type SigV4Realm,
  type SigV4Signature,
} from '../../signature/index.ts'
import type { ArrivedRequest } from '../credential.ts'
import { originOf, type PublicPlace } from '../public-origin.ts'
import type { SignedRule } from './signed-rule.ts'

/** A request with the one signature that it carries. Nothing of it is proven. */
export interface SignedRequest {
  readonly arrival: ArrivedRequest
  readonly signature: RequestSignature | SigV4Signature
}

export interface ReadingSettings {
  readonly forms: ReadonlySet<SignatureForm>
  readonly realm: SigV4Realm
  readonly place: PublicPlace
}

type Reader = (message: RequestMessage, rule: SignedRule, realm: SigV4Realm) => RequestSignature | undefined

/** In the order in which they are looked for. A JWT comes as a Bearer credential, and is looked for only there. */
const readers: readonly (readonly [form: SignatureForm, read: Reader])[] = [
  ['http-message', (message, { messagePolicy }) => readRequestSignature(message, messagePolicy)],
  ['sigv4', (message, _rule, realm) => readSigV4(message, realm)],
  ['sigv4-presigned', (message, { unsignedPayload }, realm) => readPresignedSigV4(message, realm, { unsignedPayload })],
  ['hawk', (message, { unsignedPayload }) => readHawk(message, { unsignedPayload })],
  ['hawk-bewit', (message) => readBewit(message)],
  ['one-time', (message) => readOneTimeSignature(message)],
]

/**
 * Finds the signature of a request, in the forms that verifier and route take.
 *
 * @returns `undefined` when it carries none of them.
 * @throws {AuthError} `credential_malformed`: it carries two, or one that cannot be read; `signature_incomplete`; `signature_invalid`.
 */
export function readSignedRequest(arrival: ArrivedRequest, rule: SignedRule, settings: ReadingSettings): SignedRequest | undefined {
  const message = messageOf(arrival, settings.place)
  let signature: RequestSignature | undefined
  for (const [form, read] of readers) {
    if (!settings.forms.has(form) || !rule.accepts(form)) continue
    const found = read(message, rule, settings.realm)
    if (found === undefined) continue
    // One of them is not what the caller meant, and nobody can say which.
    if (signature !== undefined) throw new AuthError('credential_malformed', { reason: 'two_signatures', one: signature.form, other: form })
    signature = found
  }
  return signature === undefined ? undefined : { arrival, signature }
}

/** As `readSignedRequest`, of a request with a Bearer credential: it may be a JWT that was made for this request. */
export function readJwtRequest(arrival: ArrivedRequest, rule: SignedRule, settings: ReadingSettings): SignedRequest | undefined {
  const signature = readRequestJwt(messageOf(arrival, settings.place), rule.jwtPolicy)
  return signature === undefined ? undefined : { arrival, signature }
}

function messageOf(arrival: ArrivedRequest, place: PublicPlace): RequestMessage {
  const origin = originOf(arrival, place)
  return {
    method: arrival.method,
    target: arrival.target,
    scheme: origin?.scheme ?? 'http',
    // A signature that covers it is then wrong.
    authority: origin?.authority ?? '',
    values: (name) => arrival.values(name),
    names: () => arrival.names(),
  }
}
