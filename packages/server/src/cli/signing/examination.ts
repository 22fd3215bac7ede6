import { AuthError, type EpochSeconds } from 'countersign/core'
import { digestText, hmacKey } from 'countersign/crypto'
import {
  awsProvider,
  csgnProvider,
  deriveHawkKey,
  deriveMessageDayKey,
  deriveRequestJwtKey,
  deriveSigningKey,
  parseDayKeyId,
  readBewit,
  readHawk,
  readPresignedSigV4,
  readRequestJwt,
  readRequestSignature,
  readSigV4,
  type RequestMessage,
  type RequestSignature,
  requestJwtPolicy,
  requestSignaturePolicy,
  type SignatureKey,
  type SigV4Realm,
  type SigV4Signature,
  secretSignatureKey,
  sigV4Provider,
  sigV4Realm,
} from 'countersign/signature'
import type { CapturedRequest } from './captured-request.ts'

/** One thing that was looked at. */
export interface Finding {
  readonly check: 'signature' | 'key' | 'time' | 'body'
  readonly ok: boolean
  /** In words; nothing secret. */
  readonly detail: string
}

export interface Examination {
  /** Undefined: no signature was found, or it could not be read. */
  readonly signature: RequestSignature | undefined
  readonly findings: readonly Finding[]
}

export interface ExaminationOptions {
  readonly key: { readonly id: string; readonly secret: string } | { readonly id: string | undefined; readonly key: SignatureKey }
  readonly now: EpochSeconds
  readonly windowSeconds: number
}

/** Looks at everything that a verifier looks at, and goes on after the first mistake: a person wants to hear of all of them. */
export function examine(request: CapturedRequest, options: ExaminationOptions): Examination {
  let signature: RequestSignature | undefined
  try {
    signature = read(request.message)
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    return { signature, findings: [finding('signature', false, wordsOf(error))] }
  }
  if (signature === undefined) return { signature, findings: [finding('signature', false, 'the request carries none')] }
  return {
    signature,
    findings: [keyFinding(signature, options), checked(signature, request, options), time(signature, options), body(signature, request)],
  }
}

const finding = (check: Finding['check'], ok: boolean, detail: string): Finding => ({ check, ok, detail })

function read(message: RequestMessage): RequestSignature | undefined {
  const realm = claimedRealm(message)
  return (
    readRequestSignature(message, requestSignaturePolicy()) ??
    readSigV4(message, realm) ??
    readPresignedSigV4(message, realm) ??
    readHawk(message, { unsignedPayload: true }) ??
    readBewit(message) ??
    readRequestJwt(message, requestJwtPolicy({ unsignedPayload: true }))
  )
}

const SCOPE = /\/\d{8}\/([A-Za-z0-9_.-]+)\/([A-Za-z0-9_.-]+)\/([a-z][a-z0-9]{0,15})4_request/

/** Whatever place the signature names: whether a service is that place is for the service to say. */
function claimedRealm({ target, values }: RequestMessage): SigV4Realm {
  const text = `${values('authorization')?.[0] ?? ''} ${target.replaceAll(/%2f/gi, '/')}`
  const [, region = 'local', service = 'api', name = 'csgn'] = SCOPE.exec(text) ?? []
  const known = [awsProvider, csgnProvider]
  const providers = known.some(({ terminator }) => terminator === `${name}4_request`) ? known : [...known, sigV4Provider(name)]
  return sigV4Realm({ providers, regions: [region], services: [service] })
}

function keyFinding({ keyId }: RequestSignature, { key: { id } }: ExaminationOptions): Finding {
  const named = parseDayKeyId(keyId)?.id ?? keyId
  if (id === undefined || named === id) return finding('key', true, keyId)
  return finding('key', false, `signed with ${keyId}, compared with ${id}`)
}

function checked(signature: RequestSignature, { body: bytes }: CapturedRequest, options: ExaminationOptions): Finding {
  const isRight = signature.check(checkingKey(signature, options), digestText('sha-256', bytes, 'hex'))
  if (isRight) return finding('signature', true, `right; covers ${signature.covered.join(' ')}`)
  return finding(
    'signature',
    false,
    `is not that of this key over ${signature.covered.join(' ')}: another secret, or one of these was changed`,
  )
}

function checkingKey(signature: RequestSignature | SigV4Signature, { key }: ExaminationOptions): SignatureKey {
  if ('key' in key) return key.key
  const { form, keyId, signedAt = 0 } = signature
  const { secret } = key
  if ('scope' in signature) return secretSignatureKey(hmacKey(deriveSigningKey(secret, signature.scope)))
  if (form === 'jwt') return secretSignatureKey(hmacKey(deriveRequestJwtKey(secret)))
  if (form !== 'http-message') return secretSignatureKey(hmacKey(new TextEncoder().encode(deriveHawkKey(secret))))
  const day = parseDayKeyId(keyId)?.day ?? new Date(signedAt * 1000).toISOString().slice(0, 10).replaceAll('-', '')
  return secretSignatureKey(hmacKey(deriveMessageDayKey(secret, day)))
}

const instant = (at: EpochSeconds): string => new Date(at * 1000).toISOString().replace('.000Z', 'Z')

function time({ signedAt, expiresAt, form }: RequestSignature, { now, windowSeconds }: ExaminationOptions): Finding {
  const isLink = form === 'sigv4-presigned' || form === 'hawk-bewit'
  if (expiresAt !== undefined && now > expiresAt) return finding('time', false, `expired ${instant(expiresAt)}, ${now - expiresAt} s ago`)
  if (signedAt === undefined) return finding('time', true, 'has none')
  const age = now - signedAt
  const said = `signed ${instant(signedAt)}, ${age >= 0 ? `${age} s ago` : `${-age} s ahead of this clock`}`
  return finding('time', isLink || Math.abs(age) <= windowSeconds, said)
}

function body({ body: binding }: RequestSignature, { body: bytes }: CapturedRequest): Finding {
  if (binding.kind === 'digest') {
    const isSame = binding.matches(bytes)
    return finding(
      'body',
      isSame,
      isSame ? `the ${bytes.length} bytes that were signed` : `${bytes.length} bytes that are not those that were signed`,
    )
  }
  if (binding.kind === 'inside') return finding('body', true, `${bytes.length} bytes, checked with the signature`)
  if (bytes.length === 0) return finding('body', true, 'none')
  return binding.kind === 'none'
    ? finding('body', false, `${bytes.length} bytes, and the signature speaks of none`)
    : finding('body', true, `${bytes.length} bytes that the signature leaves open: few routes take that`)
}

/** The refusal and all that is known of its reason. */
function wordsOf({ code, detail }: AuthError): string {
  const known = Object.entries(detail).map(([name, value]) => `${name} ${String(value)}`)
  return [code, ...known].join(', ')
}
