/**
 * One place for bytes that are written and read again before anything else happens: verifying a token allocates no buffer. Nobody
 * waits between the two, and nothing that must stay secret goes through here.
 */
const SCRATCH_BYTES = 8192

const NodeBuffer: typeof Buffer | undefined = globalThis.Buffer
const nodeScratch = NodeBuffer?.allocUnsafeSlow(SCRATCH_BYTES)

export const scratchBytes: Uint8Array = nodeScratch ?? new Uint8Array(SCRATCH_BYTES)
export const scratchWords: Int32Array = new Int32Array(scratchBytes.buffer)

const encoder = new TextEncoder()

/** Writes the UTF-8 form of a text. @returns its length in bytes; `undefined` when it might not fit. */
export function writeScratch(text: string): number | undefined {
  // UTF-8 has at most three bytes a character.
  return text.length * 3 > SCRATCH_BYTES ? undefined : encoder.encodeInto(text, scratchBytes).written
}

/**
 * Writes what Node makes of a base64url text, which is more than what is base64url.
 *
 * @returns its length in bytes; `undefined` when it might not fit, or without Node's Buffer.
 */
export function writeScratchLoosely(base64url: string): number | undefined {
  return base64url.length > SCRATCH_BYTES ? undefined : nodeScratch?.write(base64url, 'base64url')
}

/** The text of the first bytes, with U+FFFD for what is not UTF-8. */
export function readScratchLoosely(length: number): string {
  return nodeScratch?.toString('utf8', 0, length) ?? ''
}
