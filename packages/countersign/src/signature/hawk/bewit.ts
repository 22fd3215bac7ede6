import { decodeBase64urlText } from '../../core/base64url.ts'
import type { RequestMessage } from '../message.ts'
import { malformedHawk } from './hawk-attributes.ts'
import { type HawkSignature, isMac } from './header-form.ts'
import { type HawkArtifacts, normalizedText, requestArtifacts } from './normalized.ts'

const MARK = /[?&]bewit=/
const MAX_LENGTH = 2048
/** Key id, expiry in seconds, MAC, the application's own text. */
const PARTS = /^([\w.:@~-]{1,128})\\([1-9]\d{0,11})\\([A-Za-z0-9+/]{43}=)\\([ -[\]-~]*)$/

/**
 * Reads a bewit: a Hawk signature in the last parameter of a URL, for `GET` and `HEAD`. Good until `expiresAt`, for whoever holds the
 * URL, as often as they like: claim the `nonce` for a link that works once. It does not say when it was made: `signedAt` is 0.
 *
 * @returns `undefined` when the URL has none.
 * @throws {AuthError} `credential_malformed` with the `part` at fault.
 */
export function readBewit(message: RequestMessage): HawkSignature | undefined {
  const at = MARK.exec(message.target)?.index
  if (at === undefined) return undefined
  if (message.method !== 'GET' && message.method !== 'HEAD') throw malformedHawk('method')
  const { target, scheme, authority } = message
  const bewit = target.slice(at + '?bewit='.length)
  const [, keyId, expires, mac, ext] = PARTS.exec(decoded(bewit)) ?? []
  if (keyId === undefined || expires === undefined || mac === undefined) throw malformedHawk('bewit')
  const artifacts: HawkArtifacts = {
    ...requestArtifacts({ method: 'GET', target: target.slice(0, at), scheme, authority }),
    ts: expires,
    nonce: '',
    ext,
  }
  return {
    form: 'hawk-bewit',
    keyId,
    signedAt: 0,
    expiresAt: Number(expires),
    nonce: mac,
    body: { kind: 'none' },
    covered: ['resource', 'host', 'port'],
    artifacts,
    ext: ext === '' ? undefined : ext,
    check: (key) => isMac(key, normalizedText('bewit', artifacts), mac),
  }
}

function decoded(bewit: string): string {
  // A second bewit, or any parameter behind it, is no base64url.
  if (bewit.length > MAX_LENGTH) throw malformedHawk('bewit')
  try {
    return decodeBase64urlText(bewit)
  } catch {
    throw malformedHawk('bewit')
  }
}
