import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, ManualClock, systemRandom } from 'countersign/core'
import { createMemoryStore } from '../store/memory/store.ts'
import { ClientInvitations, type InvitationRequest } from './client-invitations.ts'

const START = 1_800_000_000_000
const DAY_MS = 86_400_000

function world() {
  const clock = new ManualClock(START)
  const store = createMemoryStore({ cutoffLifeMs: DAY_MS, clock })
  const platform = { clock, random: systemRandom, fetch: () => Promise.reject(new Error('nobody is called')) }
  return { clock, store, invitations: new ClientInvitations({ store: store.clientInvitations, platform }) }
}

const refused =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof AuthError && error.code === code

test('[D08] an invitation is good for a week and for one confidential client, unless it says otherwise', async () => {
  const { clock, invitations, store } = world()
  const { invitation, token } = await invitations.create({})
  assert.match(token, /^cs_iat_[A-Za-z0-9_-]{49}$/)
  assert.deepEqual(invitation.limits, { kinds: ['confidential'], grantTypes: ['authorization_code', 'refresh_token'], scopes: [] })
  assert.deepEqual([invitation.usesLeft, invitation.expiresAt], [1, START + 7 * DAY_MS])
  assert.equal((await invitations.authenticate(token)).id, invitation.id)
  assert.equal(JSON.stringify(await store.clientInvitations.list()).includes(token.slice(7)), false)
  clock.advance(7 * DAY_MS)
  await assert.rejects(invitations.authenticate(token), refused('token_invalid'))
  await assert.rejects(invitations.authenticate(`${token.slice(0, -1)}!`), refused('credential_malformed'))
  assert.deepEqual([await invitations.sweep(10), (await invitations.list()).length], [0, 1])
  clock.advance(30 * DAY_MS)
  assert.deepEqual([await invitations.sweep(10), (await invitations.list()).length], [1, 0])
})

const wrong: readonly (readonly [what: string, InvitationRequest])[] = [
  ['no use', { uses: 0 }],
  ['too many uses', { uses: 10_001 }],
  ['half a use', { uses: 1.5 }],
  ['an end that is over', { expiresAt: START }],
  ['an end in two years', { expiresAt: START + 731 * DAY_MS }],
  ['no kind', { kinds: [] }],
  ['no grant', { grantTypes: [] }],
  ['what is no scope', { scopes: ['a b'] }],
]
for (const [what, request] of wrong) {
  test(`[D08] an invitation with ${what} is refused`, () => assert.rejects(world().invitations.create(request), refused('request_invalid')))
}
