import type { EpochSeconds } from '../../core/platform.ts'
import type { HmacKey } from '../../crypto/index.ts'
import { type HawkArtifacts, normalizedText } from './normalized.ts'
import { hawkPayloadHash } from './payload-hash.ts'

/**
 * What tells a Hawk client the time, so that it corrects its clock: the value of `WWW-Authenticate`. Give it only to who knows the key,
 * that is after `check`: the MAC is of the server's choosing, but the key's work is not for strangers.
 */
export function hawkTimestampChallenge(key: HmacKey, now: EpochSeconds): string {
  return `Hawk ts="${now}", tsm="${key.text(`hawk.1.ts\n${now}\n`, 'base64')}", error="Stale timestamp"`
}

/**
 * Signs a response to a request that was verified: the value of `Server-Authorization`.
 *
 * @throws {RangeError} `ext` has a character that Hawk cannot carry.
 */
export function signHawkResponse(
  artifacts: HawkArtifacts,
  key: HmacKey,
  response: { readonly body: Uint8Array; readonly contentType?: string; readonly ext?: string },
): string {
  const { ext } = response
  if (ext !== undefined && !/^[ !#-[\]-~]*$/.test(ext)) throw new RangeError('a Hawk ext has visible ASCII without quotes and backslashes')
  const hash = hawkPayloadHash(response.body, response.contentType)
  const mac = key.text(normalizedText('response', { ...artifacts, hash, ext }), 'base64')
  return `Hawk mac="${mac}", hash="${hash}"${ext === undefined || ext === '' ? '' : `, ext="${ext}"`}`
}
