import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import { type Domain, device, openDomain, strangeId } from '../account/contract/domain.ts'
import type { SignedIn } from '../session/session-tokens.ts'
import { type RevocationEvent, Revocations } from './revocations.ts'

const refused =
  (code: string, pointer?: string) =>
  (error: unknown): boolean =>
    error instanceof AuthError && error.code === code && (pointer === undefined || error.detail.pointer === pointer)

interface Scene {
  readonly domain: Domain
  readonly signedIn: SignedIn
  readonly bystander: SignedIn
}

async function scene(): Promise<Scene> {
  const domain = await openDomain()
  const user = await domain.addUser('ann@example.org', ['staff'])
  await domain.accounts.setGroups(user.id, ['team-1'])
  await domain.addUser('bob@example.org', ['audit'])
  return { domain, signedIn: await domain.signIn(), bystander: await domain.signIn('bob@example.org') }
}

const refresh = ({ domain }: Scene, { refreshToken }: SignedIn): Promise<SignedIn> =>
  domain.sessions.refresh({ refreshToken, device: device() })

type Aim = (scene: Scene) => { readonly kind: string; readonly id?: string }
const soft: ReadonlyArray<readonly [rows: string, name: string, aim: Aim, sparesOthers: boolean]> = [
  ['[B02]', 'its token id', ({ domain, signedIn }) => ({ kind: 'token', id: domain.claimsOf(signedIn).jti }), true],
  ['[B22]', 'its group', () => ({ kind: 'group', id: 'team-1' }), true],
  ['[B26]', 'its role', () => ({ kind: 'role', id: 'staff' }), true],
  ['[B05]', 'the issuer', () => ({ kind: 'issuer' }), false],
]
for (const [rows, name, aim, sparesOthers] of soft) {
  test(`${rows} [B36] a token is dead after the revocation of ${name}, and its session refreshes unseen`, async () => {
    const all = await scene()
    const { domain, signedIn, bystander } = all
    assert.equal(await domain.isRevoked(signedIn), false)
    const entry = await domain.revocations.revoke({ target: aim(all) })
    assert.equal(entry.mode, 'soft')
    assert.equal(await domain.isRevoked(signedIn), true)
    assert.equal(await domain.isRevoked(bystander), !sparesOthers)
    assert.equal(await domain.isRevoked(await refresh(all, signedIn)), false)
  })
}

const hard: ReadonlyArray<readonly [rows: string, name: string, aim: Aim, sparesOthers: boolean]> = [
  ['[B06] [B09]', 'its user', ({ signedIn }) => ({ kind: 'user', id: signedIn.session.user }), true],
  ['[B08]', 'its session', ({ signedIn }) => ({ kind: 'session', id: signedIn.session.id }), true],
  ['[B09]', 'everyone', () => ({ kind: 'everyone' }), false],
  ['[B36]', 'its client', ({ signedIn }) => ({ kind: 'client', id: signedIn.session.client }), false],
]
for (const [rows, name, aim, sparesOthers] of hard) {
  test(`${rows} [B36] after the revocation of ${name} token and session are dead; softly, only the token`, async () => {
    const all = await scene()
    const { domain, signedIn, bystander } = all
    await domain.revocations.revoke({ target: aim(all), mode: 'soft' })
    assert.equal(await domain.isRevoked(signedIn), true)
    const fresh = await refresh(all, signedIn)
    assert.equal(await domain.isRevoked(fresh), false)
    const entry = await domain.revocations.revoke({ target: aim(all) })
    assert.equal(entry.mode, 'hard')
    assert.equal(await domain.isRevoked(fresh), true)
    assert.equal(await domain.isRevoked(bystander), !sparesOthers)
    await assert.rejects(refresh(all, fresh), refused('refresh_invalid'))
  })
}

test('[B39] what is issued after a revocation lives, what was issued before is dead, all within one millisecond', async () => {
  const { domain, signedIn: before } = await scene()
  await domain.revocations.revoke({ target: { kind: 'user', id: before.session.user } })
  const after = await domain.signIn()
  assert.equal(domain.claimsOf(before).iat, domain.claimsOf(after).iat)
  assert.deepEqual(await Promise.all([before, after].map(domain.isRevoked)), [true, false])
})

test('[B05] revoking our own signing key also hands over, so that the sessions go on', async () => {
  const all = await scene()
  const { kid } = all.domain.keys.current('access-token')
  const entry = await all.domain.revocations.revoke({ target: { kind: 'key', id: kid } })
  assert.deepEqual(entry.target, { kind: 'key', id: kid })
  assert.notEqual(all.domain.keys.current('access-token').kid, kid)
  assert.equal(await all.domain.isRevoked(await refresh(all, all.signedIn)), false)
})

test('revoking what does not exist is no error: it tells nobody who exists', async () => {
  const { domain } = await scene()
  const { position } = await domain.store.log.head()
  assert.equal((await domain.revocations.revoke({ target: { kind: 'user', id: strangeId('usr') } })).position, position + 1)
})

test('who listens learns of each revocation, with the reason', async () => {
  const { domain } = await scene()
  const events: RevocationEvent[] = []
  const { store, keys, platform } = domain
  const revocations = new Revocations({ log: store.log, keys, platform, onRevoked: (event) => void events.push(event) })
  const entry = await revocations.revoke({ target: { kind: 'everyone' }, reason: 'leak' })
  assert.deepEqual(events, [{ entry, reason: 'leak' }])
})

const bad: ReadonlyArray<readonly [request: Parameters<Revocations['revoke']>[0], pointer: string]> = [
  [{ target: { kind: 'nobody', id: 'x' } }, '/target/kind'],
  [{ target: { kind: '__proto__', id: 'x' } }, '/target/kind'],
  [{ target: { kind: 'user' } }, '/target/id'],
  [{ target: { kind: 'user', id: '' } }, '/target/id'],
  [{ target: { kind: 'user', id: 'x'.repeat(513) } }, '/target/id'],
  [{ target: { kind: 'user', id: 'a\nb' } }, '/target/id'],
  [{ target: { kind: 'user', id: 'a\0' } }, '/target/id'],
  [{ target: { kind: 'user', id: '\ud800' } }, '/target/id'],
  [{ target: { kind: 'everyone', id: 'x' } }, '/target/id'],
  [{ target: { kind: 'role', id: 'x' }, mode: 'hard' }, '/mode'],
  [{ target: { kind: 'token', id: 'x' }, mode: 'hard' }, '/mode'],
  [{ target: { kind: 'everyone' }, reason: 'x'.repeat(501) }, '/reason'],
]
for (const [request, pointer] of bad) {
  test(`the revocation ${JSON.stringify(request).slice(0, 60)} is refused because of ${pointer}, and nothing is written`, async () => {
    const domain = await openDomain()
    const head = await domain.store.log.head()
    await assert.rejects(domain.revocations.revoke(request), refused('request_invalid', pointer))
    assert.deepEqual(await domain.store.log.head(), head)
  })
}
