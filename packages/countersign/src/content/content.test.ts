import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import { AuthError, ManualClock } from '../core/index.ts'
import { streamDigest } from '../crypto/index.ts'
import {
  contentSigningKey,
  digestContent,
  type ManifestFile,
  newContentKey,
  openManifest,
  requireManifest,
  signContent,
  signManifest,
  verifyContent,
  verifyContentDigest,
} from './index.ts'

const clock = new ManualClock(1_800_000_000_000)
const refusal = (code: string) => (error: unknown) => error instanceof AuthError && error.code === code
const content = new TextEncoder().encode('what was published')
const p256Jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })

for (const [name, jwk] of [
  ['Ed25519', await newContentKey()],
  ['P-256', p256Jwk],
] as const) {
  test(`[G04] a content that was signed with ${name} is verified with the public key alone, however it comes`, async () => {
    const key = await contentSigningKey(jwk)
    const signature = await signContent(await digestContent(content), key, clock)
    const keys = { keys: [{ kty: 'EC', kid: 'other' }, key.publicJwk] }
    const expected = {
      ...(await streamDigest(
        (async function* () {
          yield content
        })(),
      )),
      signedAt: 1_800_000_000,
    }
    const halves = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(content.subarray(0, 5))
        controller.enqueue(content.subarray(5))
        controller.close()
      },
    })
    for (const each of [content, new Blob([content]), halves]) assert.deepEqual(await verifyContent(signature, each, { keys }), expected)
    assert.deepEqual(await verifyContentDigest(signature, expected, keys), expected)
  })
}

test('[G04] any JOSE library reads it: a JWS (RFC 7515) whose key is named by its thumbprint (RFC 7638)', async () => {
  const jwk = await newContentKey()
  const { publicJwk, ...key } = await contentSigningKey(jwk)
  const signature = await signContent(await digestContent(content), { publicJwk, ...key }, clock)
  const [header = '', payload = '', mac = ''] = signature.split('.')
  assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url').toString()), { alg: 'EdDSA', kid: publicJwk.kid, typ: 'content+jws' })
  const publicKey = createPublicKey({ key: publicJwk as unknown as import('node:crypto').JsonWebKey, format: 'jwk' })
  assert.ok(verify(null, Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(mac, 'base64url')))
  assert.deepEqual(Object.keys(JSON.parse(Buffer.from(payload, 'base64url').toString())), ['iat', 'size', 'sha-256'])
})

test('[G04] every bit of a content and of its signature counts, and another key or form is refused', async () => {
  const jwk = await newContentKey()
  const key = await contentSigningKey(jwk)
  const keys = { keys: [key.publicJwk] }
  const signature = await signContent(await digestContent(content), key)
  for (let bit = 0; bit < content.length * 8; bit++) {
    const changed = Uint8Array.from(content)
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
    await assert.rejects(verifyContent(signature, changed, { keys }), refusal('digest_mismatch'))
  }
  for (let at = 0; at < signature.length; at++) {
    const changed = signature.slice(0, at) + (signature[at] === 'A' ? 'B' : 'A') + signature.slice(at + 1)
    await assert.rejects(verifyContent(changed, content, { keys }), AuthError)
  }
  const other = await contentSigningKey(await newContentKey())
  await assert.rejects(verifyContent(signature, content, { keys: { keys: [other.publicJwk] } }), refusal('signature_invalid'))
  await assert.rejects(
    verifyContent(signature, content, { keys: { keys: [{ ...other.publicJwk, kid: key.publicJwk.kid }] } }),
    refusal('signature_invalid'),
  )
  await assert.rejects(
    verifyContent(signature, content, { keys: { keys: [{ ...key.publicJwk, use: 'enc' }] } }),
    refusal('signature_invalid'),
  )
  await assert.rejects(verifyContent(signature, new Uint8Array(10_000), { keys }), AuthError)
  await assert.rejects(verifyContent(signature, content, { keys, maxBytes: 4 }), refusal('content_too_large'))
  for (const none of ['', 'a.b', `${signature}.x`, 'x'.repeat(5000)]) {
    await assert.rejects(verifyContent(none, content, { keys }), refusal('credential_malformed'))
  }
  await assert.rejects(openManifest(signature, keys), refusal('credential_malformed'))
  const privateKey = createPrivateKey({ key: jwk as import('node:crypto').JsonWebKey, format: 'jwk' })
  const signed = (header: object, payload: object): string => {
    const input = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`
  }
  const header = { alg: 'EdDSA', kid: key.publicJwk.kid, typ: 'content+jws' }
  const critical = signed({ ...header, crit: ['b64'], b64: false }, { iat: 1, size: 1, 'sha-256': 'x' })
  await assert.rejects(verifyContent(critical, content, { keys }), refusal('credential_malformed'))
  await assert.rejects(
    verifyContent(signed(header, { iat: 1, size: -1, 'sha-256': 'x' }), content, { keys }),
    refusal('credential_malformed'),
  )
  await assert.rejects(contentSigningKey(key.publicJwk), TypeError)
  await assert.rejects(contentSigningKey({ kty: 'RSA' }), TypeError)
})

const file = async (path: string, text: string = path): Promise<ManifestFile> => ({
  path,
  ...(await digestContent(new TextEncoder().encode(text))),
})

test('[G04] a manifest is of a whole folder: a file that is missing, changed or added fails it', async () => {
  const key = await contentSigningKey(await newContentKey())
  const files = [await file('b/ä.txt'), await file('a.txt'), await file('b/c/d')]
  const manifest = await openManifest(await signManifest(files, key, clock), { keys: [key.publicJwk] })
  assert.deepEqual(
    manifest.files.map(({ path }) => path),
    ['a.txt', 'b/c/d', 'b/ä.txt'],
  )
  requireManifest(manifest, files)
  const failing: readonly (readonly ManifestFile[])[] = [
    files.slice(1),
    [...files, await file('extra')],
    [...files.slice(1), await file('b/ä.txt', 'other')],
    [...files.slice(1), await file('b/A.txt', 'b/ä.txt')],
    [],
  ]
  for (const found of failing) assert.throws(() => requireManifest(manifest, found), refusal('digest_mismatch'))
})

test('[G04] no path of a manifest leads out of its folder, or means another file elsewhere', async () => {
  const key = await contentSigningKey(await newContentKey())
  const bad = [
    '',
    '/etc/passwd',
    '../x',
    'a/../b',
    './a',
    'a//b',
    'a/',
    'a\\b',
    'C:x',
    'nul',
    'com1.txt',
    'a\0b',
    'a\nb',
    'end.',
    'end ',
    'x'.repeat(1025),
  ]
  for (const path of bad)
    assert.throws(() => signManifest([{ path, sha256: 'A'.repeat(43), size: 1 }], key), RangeError, JSON.stringify(path))
  for (const twice of [
    ['a', 'a'],
    ['A', 'a'],
    ['\u00e4', 'a\u0308'],
  ] as const) {
    const files = await Promise.all(twice.map((path) => file(path)))
    assert.throws(() => signManifest(files, key), RangeError)
  }
  assert.throws(() => signManifest([{ path: 'a', sha256: 'short', size: 1 }], key), RangeError)
})
