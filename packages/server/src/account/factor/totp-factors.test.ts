import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, ManualClock, systemPlatform } from 'countersign/core'
import { oneTimePassword, totpStep } from 'countersign/crypto'
import { ORIGIN } from 'countersign/revocation'
import { FactorRequired } from '../../session/second-factor.ts'
import { MasterSecret, newMasterSecret } from '../../signing/master-secret.ts'
import { createMemoryStore } from '../../store/memory/store.ts'
import { device, openDomain, PASSWORD } from '../contract/domain.ts'
import { openFactors } from '../contract/factors.ts'
import { encodeBase32 } from './base32.ts'
import { otpauthUri } from './otpauth-uri.ts'
import { newRecoveryCodes, recoveryCodeHash } from './recovery-code.ts'
import type { TotpFactors } from './totp-factors.ts'
import { TotpSealing } from './totp-sealing.ts'

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const refused =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof AuthError && error.code === code

/** What an app reads of the URI. */
function codeOf(uri: string, clock: ManualClock): string {
  const bits = Array.from(new URL(uri).searchParams.get('secret') ?? '', (each) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(each).toString(2).padStart(5, '0'),
  )
  const bytes = bits.join('').match(/.{8}/g) ?? []
  return oneTimePassword(
    Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2)),
    totpStep(clock.now()),
  )
}

test('RFC 4648 section 10: base32, without its padding', () => {
  const published = { '': '', f: 'MY', fo: 'MZXQ', foo: 'MZXW6', foob: 'MZXW6YQ', fooba: 'MZXW6YTB', foobar: 'MZXW6YTBOI' }
  for (const [text, encoded] of Object.entries(published)) assert.equal(encodeBase32(ascii(text)), encoded)
})

test('the URI is the one that apps read, whatever the names hold', () => {
  assert.equal(
    otpauthUri('Example', 'alice@example.com', ascii('12345678901234567890')),
    'otpauth://totp/Example:alice@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example&algorithm=SHA1&digits=6&period=30',
  )
  const hostile = new URL(otpauthUri('a:b&c', 'x?secret=AAAA&y:z#/é@example.com', ascii('1234567890')))
  assert.equal(decodeURIComponent(hostile.pathname.split(':').at(-1) ?? ''), 'x?secret=AAAA&y:z#/é@example.com')
  assert.deepEqual([...hostile.searchParams.keys()], ['secret', 'issuer', 'algorithm', 'digits', 'period'])
  assert.equal(hostile.searchParams.get('issuer'), 'a:b&c')
})

test('a recovery code is kept as a hash that is bound to its factor', () => {
  const [code = ''] = newRecoveryCodes(systemPlatform.random)
  const hash = recoveryCodeHash('fac_a', code)
  assert.match(hash ?? '', /^[\w-]{43}$/)
  assert.equal(recoveryCodeHash('fac_a', ` ${code.toLowerCase().replaceAll('-', '')}\n`), hash)
  assert.notEqual(recoveryCodeHash('fac_b', code), hash)
  for (const none of ['', code.slice(1), `${code}A`, code.replace(/^./, '1'), '123456'])
    assert.equal(recoveryCodeHash('fac_a', none), undefined)
})

test('[I02] a sign-in whose password was checked before the app was confirmed, and which was asked for no code, does not complete', async () => {
  let confirmMeanwhile = async (): Promise<void> => undefined
  const domain = await openDomain({ beforeOpen: () => confirmMeanwhile() })
  const user = await domain.addUser()
  const { uri } = await domain.factors.enrol(user)
  // As the gate sees it when it asks a moment too early.
  const early = await domain.accounts.authenticate(user.email, PASSWORD)
  confirmMeanwhile = async () => void (await domain.factors.confirm(user.id, codeOf(uri, domain.clock)))
  await assert.rejects(domain.signIn(), (error) => error instanceof FactorRequired && error.factors.includes('totp'))
  domain.clock.advance(30_000)
  const factor = { totpCode: codeOf(uri, domain.clock) }
  await assert.rejects(domain.sessions.open(early, { device: device(), factor }), refused('credentials_invalid'))
  assert.deepEqual(await domain.sessions.list(user.id), [])
})

test('a sealed secret is opened under an older master secret too, and in its own row only', async () => {
  const clock = new ManualClock(1_800_000_000_000)
  const platform = { ...systemPlatform, clock }
  const store = createMemoryStore({ cutoffLifeMs: 1000, clock })
  const [older, newer] = [newMasterSecret(platform.random), newMasterSecret(platform.random)]
  const factorsUnder = (secrets: string): TotpFactors => openFactors(store, { secret: MasterSecret.parse(secrets), platform }).factors
  const renew = (secrets: string) =>
    new TotpSealing({ store: store.factors, secret: MasterSecret.parse(secrets), random: platform.random }).renew()
  const userOf = (id: string) => ({ id, email: `${id}@example.org` })
  const base = { name: undefined, emailVerifiedAt: undefined, status: 'active', roles: [], groups: [], createdAt: 0, updatedAt: 0 } as const
  for (const id of ['usr_a', 'usr_b']) await store.users.create({ ...userOf(id), ...base }, 'phc')
  const { uri } = await factorsUnder(older).enrol(userOf('usr_a'))
  await factorsUnder(`${newer},${older}`).confirm('usr_a', codeOf(uri, clock))
  const stored = await store.factors.find('usr_a')
  assert.ok(stored !== undefined)
  await store.factors.enrol({ ...stored, user: 'usr_b', confirmedAt: undefined })
  clock.advance(30_000)
  await assert.rejects(factorsUnder(older).confirm('usr_b', codeOf(uri, clock)), /unseal failed/)
  await assert.rejects(factorsUnder(newer).useCode('usr_a', codeOf(uri, clock)), /unseal failed/)
  await factorsUnder(older).useCode('usr_a', codeOf(uri, clock))
  // Of one secret there is nothing to seal anew; of two, all but what was moved to another row, and once.
  assert.deepEqual(await renew(older), { resealed: 0, lost: 0 })
  const both = await Promise.all([renew(`${newer},${older}`), renew(`${newer},${older}`)])
  assert.deepEqual([both[0].resealed + both[1].resealed, both[0].lost], [1, 1])
  assert.deepEqual(await renew(`${newer},${older}`), { resealed: 0, lost: 1 })
  clock.advance(30_000)
  await factorsUnder(newer).useCode('usr_a', codeOf(uri, clock))
  const causes = await store.events.after(ORIGIN, 10)
  assert.equal(causes.length, 1)
})
