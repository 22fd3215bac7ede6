import { decodeBase64url } from '../../core/base64url.ts'
import { digestText, equalText, runningDigest } from '../../crypto/index.ts'
import type { RequestMessage } from '../message.ts'
import type { BodyBinding, RequestSignature } from '../request-signature.ts'
import { malformedOneTime } from './malformed.ts'
import { MAX_LEAVES } from './public-key.ts'
import { oneTimeText } from './signed-text.ts'

/** A request that one leaf of a device's key has signed. It does not say when: the leaf works once, and there is no window. */
export interface OneTimeSignature extends RequestSignature {
  readonly form: 'one-time'
  readonly signedAt: undefined
  readonly leaf: number
}

const SCHEME = /^onetime /i
const PARAMETER = /^(keyid|leaf|digest|signature)="([^"\\]*)"$/
/** A signature of SLH-DSA has 10,475 characters, one of two trees half of that. */
const MAX_LENGTH = 12_288
const KEY_ID = /^[\w.:@~-]{1,128}$/
const LEAF = /^(0|[1-9]\d{0,7})$/
const BASE64_SHA256 = /^[A-Za-z0-9+/]{43}=$/

/**
 * Reads `Authorization: OneTime keyid="…", leaf="…", digest="…", signature="…"`.
 *
 * Does not check the signature, the body or whether the leaf was used: the caller takes the result the one way of all forms, and claims
 * the leaf in a store that never forgets it.
 *
 * @returns `undefined` when the request uses another scheme.
 * @throws {AuthError} `credential_malformed` with the `part` at fault.
 */
export function readOneTimeSignature(message: RequestMessage): OneTimeSignature | undefined {
  const values = message.values('authorization')
  const authorization = values?.[0]
  if (values === undefined || authorization === undefined || !SCHEME.test(authorization)) return undefined
  if (values.length > 1 || authorization.length > MAX_LENGTH) throw malformedOneTime('authorization')
  const parameters = parametersOf(authorization)
  const keyId = needed(parameters, 'keyid', KEY_ID)
  const leaf = Number(needed(parameters, 'leaf', LEAF))
  if (leaf >= MAX_LEAVES) throw malformedOneTime('leaf')
  const signature = signatureOf(parameters)
  const digest = parameters.has('digest') ? needed(parameters, 'digest', BASE64_SHA256) : undefined
  const text = oneTimeText({ ...partsOf(message), contentType: contentTypeOf(message) }, { keyId, leaf, bodySha256: digest ?? '' })
  return {
    form: 'one-time',
    keyId,
    signedAt: undefined,
    expiresAt: undefined,
    nonce: String(leaf),
    leaf,
    body: digest === undefined ? { kind: 'none' } : bindingOf(digest),
    covered: ['method', 'target-uri', 'content-type', 'digest', 'leaf'],
    check: (key) => key.kind === 'one-time' && key.key.verify(text, leaf, signature),
  }
}

const partsOf = ({ method, target, scheme, authority }: RequestMessage) => ({ method, target, scheme, authority })

function contentTypeOf(message: RequestMessage): string {
  const values = message.values('content-type') ?? []
  if (values.length > 1) throw malformedOneTime('content_type')
  return values[0] ?? ''
}

/** In any order, each once. */
function parametersOf(authorization: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  for (const part of authorization.slice('onetime '.length).split(/ ?, ?/)) {
    const [, name = '', value = ''] = PARAMETER.exec(part.trim()) ?? []
    if (name === '' || parameters.has(name)) throw malformedOneTime('parameter')
    parameters.set(name, value)
  }
  return parameters
}

function needed(parameters: ReadonlyMap<string, string>, name: string, form: RegExp): string {
  const value = parameters.get(name)
  if (value === undefined || !form.test(value)) throw malformedOneTime(name)
  return value
}

function signatureOf(parameters: ReadonlyMap<string, string>): Uint8Array {
  try {
    return decodeBase64url(parameters.get('signature') ?? '')
  } catch {
    throw malformedOneTime('signature')
  }
}

function bindingOf(expected: string): BodyBinding {
  return {
    kind: 'digest',
    matches: (body) => equalText(digestText('sha-256', body, 'base64'), expected),
    meter() {
      const digest = runningDigest('sha-256')
      return { update: (chunk) => digest.update(chunk), matches: () => equalText(digest.text('base64'), expected) }
    },
  }
}
