import { createReadStream } from 'node:fs'
import { runningDigest } from '../crypto/index.ts'

/** SHA-256 of a file, such as the build of the application, for `fileSha256` of `oneTimeKey`: 32 bytes. Holds none of it in memory. */
export async function fileSha256(path: string): Promise<Uint8Array> {
  const digest = runningDigest('sha-256')
  for await (const chunk of createReadStream(path)) digest.update(chunk as Uint8Array) // no encoding is set, so it is bytes
  return Uint8Array.from(Buffer.from(digest.text('hex'), 'hex'))
}
