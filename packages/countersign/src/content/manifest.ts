import { isJsonObject } from '../core/json.ts'
import { type Clock, type EpochSeconds, systemClock, toEpochSeconds } from '../core/platform.ts'
import { AuthError } from '../core/refusal.ts'
import { openStatement, signStatement } from './content-jws.ts'
import type { ContentKeySet, ContentSigningKey } from './content-key.ts'
import { type ContentDigest, isDigest } from './content-signature.ts'

/** A file of a folder, by its path below it: `/` between its parts, whatever system it lies on. */
export interface ManifestFile extends ContentDigest {
  readonly path: string
}

export interface Manifest {
  /** Sorted by path. */
  readonly files: readonly ManifestFile[]
  readonly signedAt: EpochSeconds
}

const MAX_FILES = 50_000
const MAX_CHARACTERS = 16 * 2 ** 20
const MAX_PATH = 1024
/** Device names of Windows, in any case and with any ending; and a part that Windows would shorten. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|[. ]$/i

/**
 * Signs a folder as a whole: its files, no other, each with its digest.
 *
 * @throws {RangeError} A path leads out of the folder, or means another file on another system; or two that are one there.
 */
export function signManifest(files: readonly ManifestFile[], key: ContentSigningKey, clock: Clock = systemClock): Promise<string> {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1))
  requireFiles(sorted)
  const listed = sorted.map(({ path, size, sha256 }) => ({ path, size, 'sha-256': sha256 }))
  return signStatement('content-manifest+jws', { iat: toEpochSeconds(clock.now()), files: listed }, key)
}

/** What was signed. Its paths are safe to be joined to a folder. @throws {AuthError} `signature_invalid`, `credential_malformed`. */
export async function openManifest(manifest: string, keys: ContentKeySet): Promise<Manifest> {
  const { iat, files } = await openStatement('content-manifest+jws', manifest, { keys, maxCharacters: MAX_CHARACTERS })
  const listed = Array.isArray(files) && files.length <= MAX_FILES ? files.map(fileOf) : undefined
  try {
    if (!Number.isSafeInteger(iat) || listed === undefined) throw new RangeError('no manifest')
    requireFiles(listed)
  } catch (cause) {
    throw new AuthError('credential_malformed', { reason: 'content_manifest' }, { cause })
  }
  return Object.freeze({ files: Object.freeze(listed), signedAt: Number(iat) })
}

/**
 * Holds what is there against what was signed: all of it, or nothing is believed.
 *
 * @throws {AuthError} `digest_mismatch` for a file that is missing, changed, or was not signed; the detail names its path.
 */
export function requireManifest({ files }: Manifest, found: readonly ManifestFile[]): void {
  const left = new Map(found.map((file) => [file.path, file]))
  for (const { path, size, sha256 } of files) {
    const file = left.get(path)
    if (file === undefined) throw new AuthError('digest_mismatch', { reason: 'missing', path })
    if (file.size !== size || file.sha256 !== sha256) throw new AuthError('digest_mismatch', { reason: 'changed', path })
    left.delete(path)
  }
  for (const path of left.keys()) throw new AuthError('digest_mismatch', { reason: 'not_signed', path })
}

function fileOf(entry: unknown): ManifestFile {
  const { path, size, 'sha-256': sha256 } = isJsonObject(entry) ? entry : {}
  return { path: String(path), size: Number(size), sha256: String(sha256) }
}

function requireFiles(files: readonly ManifestFile[]): void {
  if (files.length > MAX_FILES) throw new RangeError(`a manifest has at most ${MAX_FILES} files`)
  const seen = new Set<string>()
  let before = ''
  for (const { path, size, sha256 } of files) {
    if (!isSafePath(path)) throw new RangeError(`${JSON.stringify(path)} is no path below a folder on every system`)
    if (!isDigest({ sha256, size })) throw new RangeError(`${path} has no digest`)
    if (seen.size > 0 && path <= before) throw new RangeError('the files are not in the order of their paths')
    // One file where case, or the way of writing an accent, makes no difference.
    const anywhere = path.normalize('NFC').toLowerCase()
    if (seen.has(anywhere)) throw new RangeError(`${path} is the path of another file, too, on some systems`)
    seen.add(anywhere)
    before = path
  }
}

const isSafePath = (path: string): boolean =>
  path.length <= MAX_PATH &&
  path.isWellFormed() &&
  !/[\\:*?"<>|\p{Cc}]/u.test(path) &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !reserved.test(part))
