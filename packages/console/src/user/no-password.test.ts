import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashOfNoPassword } from './no-password.ts'

test('the hash of no password has the form that the server takes, a whole digest, and is never the same', () => {
  const hashes = Array.from({ length: 50 }, hashOfNoPassword)
  for (const hash of hashes) {
    const [, digest = ''] = /^pbkdf2_sha256\$1\$[^$]{44}\$([\w+/=]+)$/.exec(hash) ?? []
    assert.equal(Buffer.from(digest, 'base64').byteLength, 32)
  }
  assert.equal(new Set(hashes).size, hashes.length)
})
