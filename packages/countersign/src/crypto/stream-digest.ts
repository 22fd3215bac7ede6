import { createHash } from 'node:crypto'

/** SHA-256 of what comes piece by piece, none of which is kept: base64url, and how many bytes it were. */
export async function streamDigest(content: AsyncIterable<Uint8Array>): Promise<{ readonly sha256: string; readonly size: number }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of content) {
    hash.update(chunk)
    size += chunk.byteLength
  }
  return { sha256: hash.digest('base64url'), size }
}
