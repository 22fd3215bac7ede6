import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { AuthError, ManualClock, type Platform, systemRandom } from 'countersign/core'
import { PasswordRanges } from './breached-password.ts'
import { PasswordPolicy } from './password-policy.ts'

const owner = { email: 'ann.lovelace@analytical.example', name: 'Ann Lovelace' }

const refusedBecause =
  (rule: RegExp, password: string) =>
  (error: unknown): boolean => {
    const isRefused = error instanceof AuthError && error.code === 'request_invalid' && error.detail.pointer === '/password'
    const said = isRefused ? String(error.detail.problem) : ''
    assert.ok(!JSON.stringify(error).includes(password))
    return isRefused && rule.test(said)
  }

const policy = new PasswordPolicy({ words: ['countersign', 'auth.acme-rockets.example'] })

for (const password of [
  'vqkzmwxh',
  'ÄÖÜäöüßß',
  '58203917',
  '😀🚀🐳🌵🍉🎻🧊🪐',
  'correct horse battery',
  '   spaces around   ',
  'eine lange Reihe von Wörtern',
  'x7'.repeat(1) + 'q'.repeat(126) + 'z'.repeat(128),
]) {
  test(`[H01] ${password.slice(0, 30)} is good: of any characters, without rules about their kinds`, () => policy.check(password, owner))
}

const refusals: ReadonlyArray<readonly [password: string, rule: RegExp]> = [
  ['seven77', /8 to 256 characters/],
  ['x'.repeat(257), /8 to 256 characters/],
  ['aaaaaaaaaaaa', /repetition/],
  ['abcdabcdabcd', /repetition/],
  ['abcdefghijkl', /sequence/],
  ['9876543210', /sequence/],
  ['iloveyou', /most common/],
  ['PassWord', /most common/],
  ['Ｐａｓｓｗｏｒｄ', /most common/],
  ['trustno1!!!', /most common/],
  ['summer2024!', /most common/],
  ['!Dragon99', /most common/],
  ['1qaz2wsx', /most common/],
  ['annlovelace', /without your name/],
  ['Lovelace1815', /without your name/],
  ['analytical!1', /without your name/],
  ['Countersign7', /without your name/],
  ['Rockets-4-ACME', /without your name/],
]

for (const [password, rule] of refusals) {
  test(`[H01] ${password.slice(0, 30)} is refused, and the rule is told without the password`, () =>
    assert.rejects(policy.check(password, owner), refusedBecause(rule, password)))
}

test('[H01] a word of the owner may be in a password that is long enough without it', () => policy.check('lovelace quietly counts', owner))

test('[H01] a longer minimum is kept, a shorter one than 8 cannot be set', async () => {
  const longer = new PasswordPolicy({ minimumLength: 15 })
  await assert.rejects(longer.check('vqkzmwxh', owner), refusedBecause(/at least 15/, 'vqkzmwxh'))
  await longer.check('vqkzmwxhvqkzmwq', owner)
  assert.throws(() => new PasswordPolicy({ minimumLength: 7 }), RangeError)
})

const BREACHED = 'Tr0ub4dor&3'
const digest = hash('sha1', BREACHED, 'hex').toUpperCase()

interface Answer {
  readonly status?: number
  readonly body: string
}

const asking = (answer: () => Answer, whenUnavailable: 'accept' | 'refuse' = 'accept') => {
  const asked: Array<{ readonly url: string; readonly padding: string | null }> = []
  const outages: unknown[] = []
  const platform: Platform = {
    clock: new ManualClock(0),
    random: systemRandom,
    fetch: async (input, init) => {
      asked.push({ url: String(input), padding: new Headers(init?.headers).get('add-padding') })
      const { status = 200, body } = answer()
      return new Response(body, { status })
    },
  }
  const url = 'https://ranges.example/range'
  const breached = new PasswordRanges({ url, whenUnavailable, platform, onOutage: (error) => void outages.push(error) })
  return { policy: new PasswordPolicy({ breached }), asked, outages }
}

test('[H01] a password from a breach is refused, and only five digits of its digest leave the machine', async () => {
  const { policy, asked } = asking(() => ({ body: `${'0'.repeat(35)}:5\r\n${digest.slice(5)}:17\r\n` }))
  await assert.rejects(policy.check(BREACHED, owner), refusedBecause(/data breach/, BREACHED))
  assert.deepEqual(asked, [{ url: `https://ranges.example/range/${digest.slice(0, 5)}`, padding: 'true' }])
})

test('lines of padding count for nothing, and other suffixes are other passwords', async () => {
  const { policy } = asking(() => ({ body: `${digest.slice(5)}:0\r\n${'F'.repeat(35)}:9` }))
  await policy.check(BREACHED, owner)
})

for (const [name, answer] of [
  ['answers with an error', () => ({ status: 500, body: '' })],
  ['answers without end', () => ({ body: 'x'.repeat(2_000_000) })],
  [
    'cannot be reached',
    () => {
      throw new TypeError('fetch failed')
    },
  ],
] as const) {
  test(`[H01] when the list of breached passwords ${name}, a password passes and the outage is told; or it is 503, by choice`, async () => {
    const open = asking(answer)
    await open.policy.check(BREACHED, owner)
    assert.equal(open.outages.length, 1)
    const closed = asking(answer, 'refuse')
    await assert.rejects(closed.policy.check(BREACHED, owner), (error) => error instanceof AuthError && error.code === 'overloaded')
  })
}

test('a password that the list here refuses is asked about nowhere', async () => {
  const { policy, asked } = asking(() => ({ body: '' }))
  await assert.rejects(policy.check('password', owner))
  assert.deepEqual(asked, [])
})
