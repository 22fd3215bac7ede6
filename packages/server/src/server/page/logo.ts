import { readFileSync, statSync } from 'node:fs'

export interface Logo {
  readonly bytes: Uint8Array
  readonly type: 'image/svg+xml' | 'image/png'
}

/** More is no logo but a picture, and every visitor would load it. */
const MAXIMUM_BYTES = 262_144
const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

/**
 * Reads the brand's logo, once, at the start. By what is in it and not by its name.
 *
 * @throws {Error} that names the file and says what is wrong with it.
 */
export function readLogo(path: string): Logo {
  const size = statSync(path, { throwIfNoEntry: false })?.size
  if (size === undefined) throw new Error(`COUNTERSIGN_BRAND_LOGO: there is no file ${path}`)
  if (size > MAXIMUM_BYTES) throw new Error(`COUNTERSIGN_BRAND_LOGO: ${path} has ${size} bytes; at most ${MAXIMUM_BYTES} are served`)
  const bytes = readFileSync(path)
  if (bytes.subarray(0, PNG.length).equals(PNG)) return { bytes, type: 'image/png' }
  if (isSvg(bytes)) return { bytes, type: 'image/svg+xml' }
  throw new Error(`COUNTERSIGN_BRAND_LOGO: ${path} is neither SVG nor PNG`)
}

/** Its root is `svg`, after what may stand before that. What is in it never runs: it is shown as a picture, and served with a policy against all else. */
function isSvg(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return /^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--[\s\S]*?-->\s*|<!DOCTYPE[^>[]*>\s*)*<svg[\s>]/i.test(text)
  } catch {
    return false
  }
}
