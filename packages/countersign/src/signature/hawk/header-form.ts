import { equalText } from '../../crypto/index.ts'
import type { RequestMessage } from '../message.ts'
import type { BodyBinding, TimedRequestSignature } from '../request-signature.ts'
import type { SignatureKey } from '../signature-key.ts'
import { type HawkAttributes, hawkAttributes, isHawk, malformedHawk } from './hawk-attributes.ts'
import { type HawkArtifacts, normalizedText, requestArtifacts } from './normalized.ts'
import { hawkPayloadBinding } from './payload-hash.ts'

/** A Hawk signature as it was read; the artifacts are what a response to it is signed over. */
export interface HawkSignature extends TimedRequestSignature {
  readonly form: 'hawk' | 'hawk-bewit'
  readonly artifacts: HawkArtifacts
  /** What the application put into the signature for itself. */
  readonly ext: string | undefined
}

export interface HawkOptions {
  /** Whether the route takes a body that the signer left open, as Hawk clients do by default. Default `false`: then a body needs its hash. */
  readonly unsignedPayload?: boolean
}

const NAMES: ReadonlySet<string> = new Set(['id', 'ts', 'nonce', 'hash', 'ext', 'mac', 'app', 'dlg'])
const KEY_ID = /^[\w.:@~-]{1,128}$/
const SECONDS = /^[1-9]\d{0,11}$/
const NONCE = /^[!-~]{1,128}$/
const BASE64 = /^[A-Za-z0-9+/]{43}=$/

/**
 * Reads a Hawk signature (HMAC-SHA256; nobody should start with SHA-1 now) from the `Authorization` header.
 *
 * Does not check the MAC, the time, the body or replay: the caller takes the result the one way of all forms.
 *
 * @returns `undefined` when the request uses another scheme.
 * @throws {AuthError} `credential_malformed` with the `part` at fault.
 * @see {@link https://github.com/mozilla/hawk/blob/main/API.md}
 */
export function readHawk(message: RequestMessage, options: HawkOptions = {}): HawkSignature | undefined {
  const values = message.values('authorization')
  const authorization = values?.[0]
  if (values === undefined || authorization === undefined || !isHawk(authorization)) return undefined
  if (values.length > 1) throw malformedHawk('authorization')
  return signatureOf(message, hawkAttributes(authorization, NAMES), options)
}

function signatureOf(message: RequestMessage, attributes: HawkAttributes, options: HawkOptions): HawkSignature {
  const keyId = needed(attributes, 'id', KEY_ID)
  const ts = needed(attributes, 'ts', SECONDS)
  const nonce = needed(attributes, 'nonce', NONCE)
  const mac = needed(attributes, 'mac', BASE64)
  const hash = attributes.has('hash') ? needed(attributes, 'hash', BASE64) : undefined
  const ext = attributes.get('ext')
  const app = attributes.get('app')
  if (app === '' || (app === undefined && attributes.has('dlg'))) throw malformedHawk('app')
  const artifacts: HawkArtifacts = { ...requestArtifacts(message), ts, nonce, hash, ext, app, dlg: attributes.get('dlg') }
  return {
    form: 'hawk',
    keyId,
    signedAt: Number(ts),
    expiresAt: undefined,
    // A client promises a nonce that is new for its second only.
    nonce: `${ts}:${nonce}`,
    body: bindingOf(message, hash, options),
    covered: ['method', 'resource', 'host', 'port', ...(hash === undefined ? [] : ['content-type', 'hash'])],
    artifacts,
    ext,
    check: (key) => isMac(key, normalizedText('header', artifacts), mac),
  }
}

function bindingOf(message: RequestMessage, hash: string | undefined, { unsignedPayload = false }: HawkOptions): BodyBinding {
  if (hash === undefined) return { kind: unsignedPayload ? 'unsigned' : 'none' }
  const types = message.values('content-type')
  if (types !== undefined && types.length > 1) throw malformedHawk('content_type')
  return hawkPayloadBinding(hash, types?.[0])
}

/** Whether a MAC of this key, compared in constant time; in one spelling, so that it can be claimed once. */
export function isMac(key: SignatureKey, text: string, mac: string): boolean {
  return key.kind === 'secret' && equalText(key.key.text(text, 'base64'), mac)
}

function needed(attributes: HawkAttributes, name: string, form: RegExp): string {
  const value = attributes.get(name)
  if (value === undefined || !form.test(value)) throw malformedHawk(name)
  return value
}
