import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto'
import { test } from 'node:test'
import { hmacKey } from './hmac.ts'
import { type JwsAlgorithm, jwsAlgorithms } from './jws-algorithm.ts'
import type { JwsKey } from './key-requirement.ts'

const publicKey = (jwk: JsonWebKey): JwsKey => createPublicKey({ key: jwk, format: 'jwk' })

const payload7515 = 'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ'

const published: readonly { readonly name: string; readonly algorithm: JwsAlgorithm; readonly key: JwsKey; readonly compact: string }[] = [
  {
    name: 'RFC 7515 A.1',
    algorithm: 'HS256',
    key: hmacKey(Buffer.from('AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow', 'base64url')),
    compact: `eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.${payload7515}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk`,
  },
  {
    name: 'RFC 7515 A.2',
    algorithm: 'RS256',
    key: publicKey({
      kty: 'RSA',
      n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
      e: 'AQAB',
    }),
    compact: `eyJhbGciOiJSUzI1NiJ9.${payload7515}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw`,
  },
  {
    name: 'RFC 7515 A.3',
    algorithm: 'ES256',
    key: publicKey({
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    }),
    compact: `eyJhbGciOiJFUzI1NiJ9.${payload7515}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q`,
  },
  {
    name: 'RFC 8037 A.4',
    algorithm: 'EdDSA',
    key: publicKey({ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }),
    compact:
      'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
  },
]
for (const { name, algorithm, key, compact } of published) {
  const dot = compact.lastIndexOf('.')
  test(`the ${algorithm} signature of ${name} verifies`, () => {
    assert.equal(jwsAlgorithms[algorithm].verify(key, compact, dot), true)
  })

  test(`no change of one character of the signature or the input of ${name} verifies`, () => {
    for (let index = 0; index < compact.length; index++) {
      if (index === dot) continue
      const changed = compact.slice(0, index) + (compact[index] === 'A' ? 'B' : 'A') + compact.slice(index + 1)
      assert.equal(jwsAlgorithms[algorithm].verify(key, changed, dot), false, `at ${index}`)
    }
  })

  test(`the signature of ${name} has one text: no padding, no other alphabet, no stray bits, nothing after it`, () => {
    const head = compact.slice(0, dot + 1)
    const signature = compact.slice(dot + 1)
    const others = [
      `${signature}=`,
      `${signature}==`,
      `${signature} `,
      `${signature}\n`,
      ` ${signature}`,
      `${signature}A`,
      signature.slice(0, -1),
      '',
      `${signature}\0`,
    ]
    others.push(signature.replaceAll('-', '+').replaceAll('_', '/'), signature.slice(0, -1) + nextCharacter(signature.at(-1) ?? ''))
    for (const other of others) {
      if (other === signature) continue
      assert.equal(jwsAlgorithms[algorithm].verify(key, head + other, dot), false, JSON.stringify(other.slice(-4)))
    }
  })
}

function nextCharacter(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet.charAt(alphabet.indexOf(character) ^ 1)
}

test('the Ed25519 signature of RFC 8037 A.4 is the one that is made', () => {
  const jwk = {
    kty: 'OKP',
    crv: 'Ed25519',
    d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
    x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  }
  const input = 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc'
  const signature = jwsAlgorithms.EdDSA.sign(createPrivateKey({ key: jwk, format: 'jwk' }), input)
  assert.equal(signature, 'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg')
})

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const withDot = (input: string, signature: Uint8Array): [string, number] => [
  `${input}.${Buffer.from(signature).toString('base64url')}`,
  input.length,
]

test('an ES256 signature in DER, with r or s zero, or beyond the order of the curve, is refused', () => {
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
  const one = Buffer.alloc(32)
  one[31] = 1
  const bad = [
    sign('sha256', Buffer.from('a.b'), ec.privateKey),
    Buffer.alloc(64),
    Buffer.concat([one, Buffer.alloc(32)]),
    Buffer.concat([Buffer.alloc(32), one]),
    Buffer.concat([order, one]),
    Buffer.concat([one, order]),
    Buffer.alloc(64, 0xff),
    Buffer.alloc(63, 1),
    Buffer.alloc(65, 1),
  ]
  for (const signature of bad) assert.equal(jwsAlgorithms.ES256.verify(ec.publicKey, ...withDot('a.b', signature)), false)
})

test('RFC8725-3.1-2 a PS256 signature is no RS256 signature of the same key, nor the other way round', () => {
  const [rs, ps] = [jwsAlgorithms.RS256, jwsAlgorithms.PS256]
  assert.equal(rs.verify(rsa.publicKey, `a.b.${rs.sign(rsa.privateKey, 'a.b')}`, 3), true)
  assert.equal(ps.verify(rsa.publicKey, `a.b.${ps.sign(rsa.privateKey, 'a.b')}`, 3), true)
  assert.equal(rs.verify(rsa.publicKey, `a.b.${ps.sign(rsa.privateKey, 'a.b')}`, 3), false)
  assert.equal(ps.verify(rsa.publicKey, `a.b.${rs.sign(rsa.privateKey, 'a.b')}`, 3), false)
})

test('RFC8725-3.2-5 ten thousand ES256 signatures have ten thousand different r', () => {
  const seen = new Set<string>()
  for (let index = 0; index < 10_000; index++) seen.add(jwsAlgorithms.ES256.sign(ec.privateKey, 'a.b').slice(0, 43))
  assert.equal(seen.size, 10_000)
})

const keys: Readonly<Record<string, JwsKey>> = {
  secret: hmacKey(Buffer.alloc(32)),
  'short secret': hmacKey(Buffer.alloc(31)),
  'P-256': ec.publicKey,
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey,
  Ed25519: generateKeyPairSync('ed25519').publicKey,
  X25519: generateKeyPairSync('x25519').publicKey,
  'RSA 2048': rsa.publicKey,
  'RSA 1024': generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey,
}
const fitting: Readonly<Record<JwsAlgorithm, string>> = {
  HS256: 'secret',
  ES256: 'P-256',
  EdDSA: 'Ed25519',
  RS256: 'RSA 2048',
  PS256: 'RSA 2048',
}
for (const [algorithm, fit] of Object.entries(fitting) as [JwsAlgorithm, string][]) {
  test(`${algorithm} takes a ${fit} key and no other`, () => {
    for (const [name, key] of Object.entries(keys)) {
      const check = (): void => jwsAlgorithms[algorithm].requireKey(key)
      if (name === fit) assert.doesNotThrow(check)
      else assert.throws(check, RangeError, name)
    }
  })
}
