import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { targetKinds } from 'countersign/revocation'
import * as client from 'openid-client'
import { claimsOf, onEachDatabase, type OAuthWorld, type Person, type RegisteredClient } from './oauth-world.ts'

/** What an application holds of a person. */
interface Held {
  readonly config: client.Configuration
  refreshToken: string
}

interface Ended {
  readonly sessions: number
  readonly people: number
  readonly grants: number
}

const nothing: Ended = { sessions: 0, people: 0, grants: 0 }

onEachDatabase('what a revocation would end', (open, testOnce) => {
  let world: OAuthWorld
  let [orders, stock]: RegisteredClient[] = []
  let held: Held[] = []
  before(async () => {
    world = await open()
    orders = await world.client()
    stock = await world.client({ name: 'Stock' })
  })
  after(() => world[Symbol.asyncDispose]())

  /** Somebody lets an application in, in a browser: one more session, and a refresh token that dies with it. */
  async function allow(person: Person, registered: RegisteredClient | undefined): Promise<string> {
    assert.ok(registered !== undefined)
    const { config, access_token, refresh_token: refreshToken } = await world.tokens(person, registered)
    assert.ok(refreshToken !== undefined)
    held.push({ config, refreshToken })
    return access_token
  }

  async function living(): Promise<readonly { readonly id: string; readonly user: string }[]> {
    const { status, body } = await world.server.local('GET', '/v1/sessions?everyone=true')
    assert.equal(status, 200)
    return body.sessions
  }

  async function stillHeld(): Promise<Held[]> {
    const kept: Held[] = []
    for (const each of held) {
      const answer = await client.refreshTokenGrant(each.config, each.refreshToken).catch(() => undefined)
      if (answer?.refresh_token !== undefined) kept.push({ ...each, refreshToken: answer.refresh_token })
    }
    return kept
  }

  /** Asks, revokes, and looks what is left. */
  async function revoked(body: { readonly target: object; readonly mode?: string }) {
    const before = await living()
    const preview = await world.server.local('POST', '/v1/revocations/preview', body)
    assert.deepEqual(await living(), before, 'to ask ends nothing')
    const done = await world.server.local('POST', '/v1/revocations', { ...body, reason: 'as previewed' })
    const left = new Set((await living()).map(({ id }) => id))
    const gone = before.filter(({ id }) => !left.has(id))
    const kept = await stillHeld()
    const ended = { sessions: gone.length, people: new Set(gone.map(({ user }) => user)).size, grants: held.length - kept.length }
    held = kept
    assert.equal(preview.status === 200 ? 201 : preview.status, done.status)
    return { preview, done, ended }
  }

  async function assertPreviewed(
    body: { readonly target: object; readonly mode?: string },
    expected: Ended,
    effect: string,
  ): Promise<void> {
    const { preview, ended } = await revoked(body)
    const what = JSON.stringify(body)
    const { sessions, people, grants, at_least, access_tokens_until: until } = preview.body
    assert.deepEqual(ended, expected, what)
    assert.deepEqual({ sessions, people, grants }, ended, what)
    assert.deepEqual([preview.body.effect, preview.body.sign_in_again, at_least], [effect, ended.sessions > 0, false], what)
    assert.ok(until > Date.now() && until < Date.now() + 2 * 3_605_000)
  }

  test('[J02] [B36] is what it then ends, for every kind of target, softly and hard', async () => {
    const ann = await world.server.person(['staff'])
    const bob = await world.server.person()
    const token = await allow(ann, orders)
    await allow(bob, stock)
    const [header = ''] = ann.access_token.split('.')
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
    const first = (await living()).find(({ user, id }) => user === ann.user.id && id !== ann.session.id)
    assert.ok(first !== undefined)
    const ids: Readonly<Record<string, string | undefined>> = {
      ...{ client: stock?.id, role: 'staff', group: 'crew', user: ann.user.id, session: first.id, token: claimsOf(token).jti, key: kid },
    }
    for (const kind of targetKinds) {
      const target = ids[kind] === undefined ? { kind } : { kind, id: ids[kind] }
      await assertPreviewed({ target, mode: 'soft' }, nothing, 'cutoff')
      const hasSessions = ['everyone', 'client', 'user', 'session'].includes(kind)
      if (hasSessions) continue
      const { preview, done } = await revoked({ target, mode: 'hard' })
      assert.deepEqual([preview.status, preview.body.errors], [400, done.body.errors])
      assert.equal(preview.body.errors[0].pointer, '/mode')
    }
    // Without a mode: what a revocation without one does.
    await assertPreviewed({ target: { kind: 'session', id: first.id } }, { sessions: 1, people: 1, grants: 1 }, 'ended')
    await assertPreviewed({ target: { kind: 'client', id: stock?.id } }, { sessions: 0, people: 0, grants: 1 }, 'ended')
    await allow(ann, orders)
    await assertPreviewed({ target: { kind: 'user', id: ann.user.id }, mode: 'hard' }, { sessions: 2, people: 1, grants: 1 }, 'ended')
    await allow(bob, orders)
    await assertPreviewed({ target: { kind: 'client', id: 'first-party' }, mode: 'hard' }, { sessions: 3, people: 1, grants: 1 }, 'ended')
    await allow(await world.server.person(), orders)
    await world.server.person()
    await assertPreviewed({ target: { kind: 'everyone' }, mode: 'hard' }, { sessions: 3, people: 2, grants: 1 }, 'ended')
    await assertPreviewed({ target: { kind: 'everyone' }, mode: 'hard' }, nothing, 'ended')
  })

  testOnce('[J02] is refused where the revocation is, in the same words', async () => {
    for (const target of [
      { kind: 'user' },
      { kind: 'everyone', id: 'x' },
      { kind: 'issuer', id: 'no URL' },
      { kind: 'issuer', id: 'https://other.example/#x' },
      { kind: 'nobody', id: 'x' },
      { kind: 'user', id: 'x'.repeat(513) },
    ]) {
      const [preview, done] = await Promise.all(
        ['/v1/revocations/preview', '/v1/revocations'].map((path) => world.server.local('POST', path, { target })),
      )
      assert.deepEqual([preview?.status, preview?.body.code, preview?.body.errors], [400, 'request_invalid', done?.body.errors])
    }
    const { head } = (await world.server.local('GET', '/v1/revocations')).body
    await world.server.local('POST', '/v1/revocations/preview', { target: { kind: 'user', id: 'usr_a' } })
    assert.deepEqual((await world.server.local('GET', '/v1/revocations')).body.head, head)
    const { audit_events: acts } = (await world.server.local('GET', '/v1/audit-events?operation=previewRevocation')).body
    assert.deepEqual(acts, [])
  })
})
