import type { EpochSeconds } from '../../core/platform.ts'
import { encodeBase64url } from '../../core/base64url.ts'
import { type HawkRequest, normalizedText, requestArtifacts } from './normalized.ts'

export interface HawkSigning {
  readonly keyId: string
  /** HMAC-SHA256 of a text under the Hawk key, in padded base64. */
  readonly mac: (text: string) => string | Promise<string>
}

const ATTRIBUTE = /^[ !#-[\]-~]*$/

/**
 * Signs a request: the value of `Authorization`.
 *
 * @param attributes `hash` comes from `hawkPayloadHash`; without it the body is left open. `nonce` is new for each request.
 * @throws {RangeError} An attribute has a character that Hawk cannot carry.
 * @throws {AuthError} `credential_malformed`: the target or authority is none.
 */
export async function signHawk(
  request: HawkRequest,
  attributes: { readonly at: EpochSeconds; readonly nonce: string; readonly hash?: string; readonly ext?: string },
  { keyId, mac }: HawkSigning,
): Promise<string> {
  const { nonce, hash, ext } = attributes
  for (const value of [keyId, nonce, hash, ext]) requireAttribute(value)
  const ts = String(attributes.at)
  const text = normalizedText('header', { ...requestArtifacts(request), ts, nonce, hash, ext })
  const optional = `${hash === undefined ? '' : `, hash="${hash}"`}${ext === undefined ? '' : `, ext="${ext}"`}`
  return `Hawk id="${keyId}", ts="${ts}", nonce="${nonce}"${optional}, mac="${await mac(text)}"`
}

/**
 * Makes a bewit: the target with which whoever has it may `GET` this one resource until it expires.
 *
 * @throws {RangeError} `ext` or the key id has a character that Hawk cannot carry.
 * @throws {AuthError} `credential_malformed`: the target or authority is none.
 */
export async function signBewit(
  request: Omit<HawkRequest, 'method'>,
  { expiresAt, ext = '' }: { readonly expiresAt: EpochSeconds; readonly ext?: string },
  { keyId, mac }: HawkSigning,
): Promise<string> {
  requireAttribute(keyId)
  requireAttribute(ext)
  const artifacts = { ...requestArtifacts({ ...request, method: 'GET' }), ts: String(expiresAt), nonce: '', ext }
  const parts = [keyId, String(expiresAt), await mac(normalizedText('bewit', artifacts)), ext]
  const bewit = encodeBase64url(new TextEncoder().encode(parts.join('\\')))
  return `${request.target}${request.target.includes('?') ? '&' : '?'}bewit=${bewit}`
}

function requireAttribute(value: string | undefined): void {
  if (value !== undefined && !ATTRIBUTE.test(value))
    throw new RangeError('a Hawk attribute has visible ASCII without quotes and backslashes')
}
