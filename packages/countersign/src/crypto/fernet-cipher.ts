import { createDecipheriv } from 'node:crypto'

/** AES-128-CBC with PKCS #7 padding, for what was authenticated before. @throws {SyntaxError} It does not come out even. */
export function openAes128Cbc(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  try {
    const decipher = createDecipheriv('aes-128-cbc', key, iv)
    return Buffer.concat([decipher.update(data), decipher.final()])
  } catch {
    // OpenSSL's message says where the padding broke.
    throw new SyntaxError('the ciphertext does not come out even')
  }
}
