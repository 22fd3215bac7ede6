import assert from 'node:assert/strict'
import type { ClientInvitation } from '../../oauth/client-invitation-store.ts'
import type { ClientRegistration } from '../../oauth/oauth-client.ts'
import { clientRecord } from './oauth-store.ts'
import { NOW } from './record.ts'
import { appendedBy, askAtOnce, type OpenStore, promises } from './suite.ts'

const AT_ONCE = 64
const HOUR_MS = 3_600_000

const limits = { kinds: ['confidential'], grantTypes: ['authorization_code'], scopes: ['orders:read', '„ß“'] } as const

const invitationRecord = (id: string, change: Partial<ClientInvitation> = {}): ClientInvitation => ({
  id,
  tokenHash: `hash of ${id}`,
  limits,
  usesLeft: 1,
  createdAt: NOW,
  expiresAt: NOW + HOUR_MS,
  ...change,
})

const registration: ClientRegistration = {
  invitation: 'inv_a',
  tokenHash: 'hash-1',
  limits,
  authMethod: 'client_secret_post',
  isVerified: false,
}

/** What `ClientInvitationStore` promises, and `OAuthClientStore` of clients that register by themselves or are changed, for any store. */
export function clientInvitationStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise(`[I01] of ${AT_ONCE} clients that register with one use left one is added`, async (store) => {
    await store.clientInvitations.add(invitationRecord('inv_a', { usesLeft: 2 }))
    const client = clientRecord('cli_first', { registration, links: { policyUri: 'https://a.example/' }, contacts: ['a@a.example'] })
    assert.equal(await store.oauthClients.register(client, 'inv_a', NOW), true)
    assert.deepEqual(await store.oauthClients.find('cli_first'), client)
    assert.deepEqual(
      await askAtOnce(AT_ONCE, (n) => store.oauthClients.register(clientRecord(`cli_${n}`), 'inv_a', NOW)),
      new Map([
        [true, 1],
        [false, AT_ONCE - 1],
      ]),
    )
    assert.equal((await store.oauthClients.list()).length, 2)
    assert.equal((await store.clientInvitations.findByToken('hash of inv_a'))?.usesLeft, 0)
  })

  promise('invitations are kept as they were made; nobody registers with one that is unknown, expired or removed', async (store) => {
    await store.clientInvitations.add(invitationRecord('inv_a'))
    assert.equal(await store.oauthClients.register(clientRecord('cli_a'), 'inv_b', NOW), false)
    assert.equal(await store.oauthClients.register(clientRecord('cli_a'), 'inv_a', NOW + HOUR_MS), false)
    assert.deepEqual([await store.clientInvitations.remove('inv_a'), await store.clientInvitations.remove('inv_a')], [true, false])
    assert.equal(await store.oauthClients.register(clientRecord('cli_a'), 'inv_a', NOW), false)
    assert.deepEqual(await store.oauthClients.list(), [])
    const [first, second] = [invitationRecord('inv_a'), invitationRecord('inv_b', { createdAt: NOW + 1, expiresAt: NOW + 9 * HOUR_MS })]
    await store.clientInvitations.add(second)
    await store.clientInvitations.add(first)
    assert.deepEqual(await store.clientInvitations.list(), [first, second])
    assert.deepEqual(await store.clientInvitations.findByToken('hash of inv_b'), second)
    assert.equal(await store.clientInvitations.findByToken('inv_b'), undefined)
    assert.deepEqual([await store.clientInvitations.sweep(NOW, 10), await store.clientInvitations.sweep(NOW + HOUR_MS, 10)], [0, 1])
    assert.deepEqual(await store.clientInvitations.list(), [second])
  })

  promise(
    `[I01] [I02] of ${AT_ONCE} who change a client as they have read it one wins, its secret stays, and what it loses is a soft cut-off`,
    async (store) => {
      const client = clientRecord('cli_a')
      await store.oauthClients.add(client)
      await store.oauthClients.rotateSecret({ id: 'cli_a', secretHash: 'hash-2', formerUntil: NOW + 1, at: NOW })
      const changed = await askAtOnce(AT_ONCE, (n) =>
        store.oauthClients.update({ client: { ...client, name: `Name ${n}`, registration }, narrows: false, at: NOW }),
      )
      assert.equal(changed.get(true), 1)
      const found = await store.oauthClients.find('cli_a')
      assert.match(found?.name ?? '', /^Name \d+$/)
      assert.deepEqual([found?.version, found?.secretHash, found?.formerSecretHash], [1, 'hash-2', 'hash-1'])
      assert.deepEqual(found?.registration, registration)
      assert.equal(await store.oauthClients.update({ client: clientRecord('cli_x'), narrows: true, at: NOW }), false)
      const update = (version: number, narrows: boolean) => () =>
        store.oauthClients.update({ client: { ...client, version, scopes: [] }, narrows, at: NOW })
      assert.deepEqual(await appendedBy(store, update(1, false)), [])
      assert.deepEqual(await appendedBy(store, update(2, true)), ['cutoff client:cli_a soft'])
      assert.deepEqual(await appendedBy(store, update(2, true)), [])
    },
  )
}
