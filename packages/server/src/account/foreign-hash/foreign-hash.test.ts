import assert from 'node:assert/strict'
import { hash, pbkdf2Sync, scryptSync } from 'node:crypto'
import { test } from 'node:test'
import { markedAsForeign } from './argon2-form.ts'
import { readForeignHash } from './foreign-hash.ts'

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '')

/** Published by others: the source stands with each. */
const published: ReadonlyArray<readonly [name: string, password: string, stored: string]> = [
  ['PBKDF2 (Django, test_hashers.py)', 'lètmein', 'pbkdf2_sha256$390000$seasalt$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c='],
  [
    'scrypt (Django, test_hashers.py)',
    'lètmein',
    'scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==',
  ],
  ['argon2i (Django, test_hashers.py)', 'secret', 'argon2$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$YC9+jJCrQhs5R6db7LlN8Q'],
  [
    'argon2id with eight lanes (Django, test_hashers.py)',
    'secret',
    'argon2$argon2id$v=19$m=102400,t=2,p=8$Y041dExhNkljRUUy$TMa6A8fPJhCAUXRhJXCXdw',
  ],
  ['bcrypt (jBCrypt)', 'abc', '$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i'],
  ['bcrypt as Django writes it', 'abc', 'bcrypt$$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i'],
]

for (const [name, password, stored] of published) {
  test(`[H01] ${name}: the right password matches, another does not`, async () => {
    const read = readForeignHash(stored)
    assert.ok(read)
    assert.equal(await read.matches(password), true)
    assert.equal(await read.matches(`${password}z`), false)
  })
}

test('[H01] the PHC forms of PBKDF2 and scrypt are read, passlib’s alphabet too', async () => {
  const salt = Buffer.from([0xfb, 0xef, 0xbe, 1, 2, 3, 4, 5])
  const pbkdf2 = base64(pbkdf2Sync('päss', salt, 1000, 64, 'sha512'))
  const scrypt = base64(scryptSync('päss', salt, 32, { N: 1024, r: 8, p: 1 }))
  const [ab64Salt, ab64Hash] = [base64(salt), pbkdf2].map((text) => text.replaceAll('+', '.'))
  assert.ok(ab64Salt?.includes('.'))
  for (const stored of [
    `$pbkdf2-sha512$i=1000$${base64(salt)}$${pbkdf2}`,
    `$pbkdf2-sha512$i=1000,l=64$${base64(salt)}$${pbkdf2}`,
    `$pbkdf2-sha512$1000$${ab64Salt}$${ab64Hash}`,
    `$scrypt$ln=10,r=8,p=1$${base64(salt)}$${scrypt}`,
  ]) {
    const read = readForeignHash(stored)
    assert.equal(await read?.matches('päss'), true, stored)
    assert.equal(await read?.matches('pass'), false, stored)
  }
})

test('[H01] bcrypt over SHA-256 (Django) reads more than 72 bytes', async () => {
  const { hashSync } = await import('bcryptjs')
  const password = 'x'.repeat(100)
  const read = readForeignHash(`bcrypt_sha256$${hashSync(hash('sha256', password, 'hex'), 4)}`)
  assert.equal(await read?.matches(password), true)
  assert.equal(await read?.matches(password.slice(0, 99)), false)
})

test('bcrypt does not hold up the event loop', async () => {
  let turns = 0
  let isOver = false
  const turn = (): void => {
    turns++
    if (!isOver) setImmediate(turn)
  }
  const { hashSync } = await import('bcryptjs')
  const stored = hashSync('abc', 10)
  const matching = readForeignHash(stored)?.matches('abc')
  turn()
  assert.equal(await matching, true)
  isOver = true
  assert.ok(turns > 3, `the loop has turned ${turns} times`)
})

const hash32 = base64(Buffer.alloc(32))

/** Each costs more than a check may, or is no hash at all. */
const refused: readonly string[] = [
  'pbkdf2_sha256$2500001$salt$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c=',
  'pbkdf2_sha256$0$salt$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c=',
  'pbkdf2_sha256$1e3$salt$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c=',
  'pbkdf2_md5$1000$salt$8xBlGd3jVgvJ+92hWPxi5w==',
  // Two digests long: twice the iterations.
  `pbkdf2_sha1$1000$salt$${base64(Buffer.alloc(40))}`,
  'pbkdf2_sha256$1000$salt$AAAA',
  `scrypt$16383$salt$8$1$${hash32}`,
  `scrypt$1$salt$8$1$${hash32}`,
  `scrypt$524288$salt$8$1$${hash32}`,
  `scrypt$131072$salt$8$33$${hash32}`,
  `$scrypt$ln=40,r=8,p=1$c2FsdA$${hash32}`,
  `argon2$argon2id$v=19$m=262145,t=1,p=1$c2FsdHNhbHQ$${hash32}`,
  `argon2$argon2id$v=19$m=262144,t=5,p=1$c2FsdHNhbHQ$${hash32}`,
  `argon2$argon2id$v=19$m=8,t=1,p=2$c2FsdHNhbHQ$${hash32}`,
  `argon2$argon2id$v=16$m=1024,t=1,p=1$c2FsdHNhbHQ$${hash32}`,
  `argon2$argon2d$v=19$m=1024,t=1,p=1$c2FsdHNhbHQ$${hash32}`,
  '$2b$15$tin5f/aQt2qDiwgl5mUZ.uowt/QzAiKcqVkQYrYycVUiEknBLHywa',
  '$2b$03$tin5f/aQt2qDiwgl5mUZ.uowt/QzAiKcqVkQYrYycVUiEknBLHywa',
  '$2x$05$tin5f/aQt2qDiwgl5mUZ.uowt/QzAiKcqVkQYrYycVUiEknBLHywa',
  '!cK3vQ8mHcVq1Y3Zk5Xk2Zq0sS7m1N4b6T8y9U0i',
  `pbkdf2_sha256$1000$${'s'.repeat(65)}$${hash32}`,
  'x'.repeat(100_000),
]

for (const stored of refused) test(`[I13] ${stored.slice(0, 50)} is not computed`, () => assert.equal(readForeignHash(stored), undefined))

test('a PHC string of argon2 is marked as another’s before it is stored', () => {
  const phc = '$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHQ$AAAA'
  assert.equal(markedAsForeign(phc), `argon2${phc}`)
  assert.equal(markedAsForeign('$2b$04$x'), '$2b$04$x')
})
