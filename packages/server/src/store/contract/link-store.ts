import assert from 'node:assert/strict'
import { ORIGIN } from 'countersign/revocation'
import type { LinkKind } from '../../account/link/link.ts'
import type { LinkUse, NewLink, ToldLinkUse } from '../../account/link/link-store.ts'
import { NO_PASSWORD, type User } from '../../account/user.ts'
import type { NewJob } from '../../delivery/delivery-store.ts'
import type { Store } from '../store.ts'
import { NOW, sessionRecord, signedIn, userRecord } from './record.ts'
import { appendedBy, askAtOnce, type OpenStore, promises } from './suite.ts'

const USER = 'usr_a'
const LATER = NOW + 1000
const END = NOW + 3_600_000

const linkOf = (kind: LinkKind, hash: string, change: Partial<NewLink> = {}): NewLink => ({
  hash,
  kind,
  user: USER,
  email: undefined,
  code: undefined,
  createdAt: NOW,
  expiresAt: END,
  ...change,
})

const mail: NewJob = { id: 'mail.1', destination: 'mail', payload: '{}', urgent: false, createdAt: NOW }

const use = (hash: string, change: Partial<LinkUse> = {}): LinkUse => ({ hash, at: LATER, ...change })

const told = (hash: string, change: Partial<ToldLinkUse> = {}): ToldLinkUse => ({ hash, at: LATER, jobs: () => [], ...change })

const once = (times: number): ReadonlyMap<boolean, number> =>
  new Map([
    [true, 1],
    [false, times - 1],
  ])

async function linked(store: Store, kind: LinkKind, hash: string, change: Partial<NewLink> = {}): Promise<void> {
  if ((await store.users.find(USER)) === undefined) await store.users.create(userRecord(USER), 'phc-1')
  assert.equal(await store.links.add(linkOf(kind, hash, change)), true)
}

const reset = (store: Store, hash: string, at = LATER): Promise<boolean> => store.links.resetPassword({ hash, passwordHash: 'phc-2', at })

const isThere = async (store: Store, hash: string): Promise<boolean> => (await store.links.find(hash, LATER)) !== undefined

const userNow = async (store: Store): Promise<User> => {
  const user = await store.users.find(USER)
  assert.ok(user !== undefined)
  return user
}

/** What `LinkStore` promises, for any store. */
export function linkStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('a link is found with what it was made for, until it ends, and looking changes nothing', async (store) => {
    await linked(store, 'password_reset', 'h1')
    const found = { kind: 'password_reset', user: USER, email: `${USER}@example.test`, generation: 1, expiresAt: END }
    for (const at of [NOW, END - 1]) assert.deepEqual(await store.links.find('h1', at), found)
    assert.equal(await store.links.find('h1', END), undefined)
    assert.equal(await store.links.find('h2', NOW), undefined)
  })

  promise('the newest of a kind takes the place of the one before; those of not_me stand side by side', async (store) => {
    await linked(store, 'password_reset', 'h1')
    await linked(store, 'magic_link', 'h2')
    await linked(store, 'password_reset', 'h3')
    for (const hash of ['n1', 'n2']) await linked(store, 'not_me', hash)
    const standing = await Promise.all(['h1', 'h2', 'h3', 'n1', 'n2'].map((hash) => isThere(store, hash)))
    assert.deepEqual(standing, [false, true, true, true, true])
  })

  promise('there is no link for whoever is unknown or suspended, and one that was made before sleeps', async (store) => {
    await linked(store, 'password_reset', 'h1')
    assert.equal(await store.links.add(linkOf('password_reset', 'h2', { user: 'usr_b' })), false)
    await store.users.setStatus(USER, 'suspended', NOW)
    assert.equal(await store.links.add(linkOf('password_reset', 'h2')), false)
    assert.equal(await isThere(store, 'h1'), false)
    assert.equal(await reset(store, 'h1'), false)
    await store.users.setStatus(USER, 'active', NOW)
    assert.equal(await isThere(store, 'h1'), true)
  })

  promise(
    '[I01] [I02] of many resets with one link one sets its password; sessions have ended, and the cut-off stands in the log',
    async (store) => {
      await linked(store, 'password_reset', 'h1')
      await signedIn(store, sessionRecord('ses_a', USER))
      const appended = await appendedBy(store, async () => {
        const answers = askAtOnce(50, (n) => store.links.resetPassword({ hash: 'h1', passwordHash: `phc-of-${n}`, at: LATER }))
        assert.deepEqual(await answers, once(50))
      })
      assert.deepEqual(appended, [`cutoff user:${USER} hard`])
      assert.equal(await store.sessions.find('ses_a'), undefined)
      const password = await store.users.findPassword(USER)
      assert.equal(password?.generation, 2)
      assert.match(password?.hash ?? '', /^phc-of-/)
      const { emailVerifiedAt, updatedAt } = await userNow(store)
      assert.deepEqual([emailVerifiedAt, updatedAt], [LATER, LATER])
      const occurrences = await store.events.after(ORIGIN, 10)
      assert.deepEqual(occurrences !== 'forgotten' && occurrences.map(({ cause }) => cause), [{ credential: 'password' }])
    },
  )

  promise(
    'a link for another password than that of now does nothing, and neither does one of another kind or an expired one',
    async (store) => {
      for (const kind of ['password_reset', 'magic_link', 'email_change', 'email_verification', 'not_me'] as const)
        await linked(store, kind, kind)
      assert.equal(await reset(store, 'magic_link'), false)
      assert.equal(await store.links.verifyEmail(use('not_me')), false)
      assert.equal(await store.links.changeEmail(told('password_reset')), 'refused')
      assert.equal(await store.links.disown(told('email_verification')), false)
      assert.equal(await reset(store, 'password_reset', END), false)
      await store.users.changePassword({ user: USER, fromGeneration: 1, hash: 'phc-9', keepSession: undefined, at: LATER })
      const standing = await Promise.all(
        ['password_reset', 'magic_link', 'email_change', 'email_verification', 'not_me'].map((hash) => isThere(store, hash)),
      )
      assert.deepEqual(standing, [false, false, false, true, true])
      const appended = await appendedBy(store, async () => assert.equal(await reset(store, 'password_reset'), false))
      assert.deepEqual(appended, [])
      assert.equal((await store.users.findPassword(USER))?.hash, 'phc-9')
    },
  )

  promise('[I01] an address is proven once, and no token dies of it', async (store) => {
    await linked(store, 'email_verification', 'h1')
    const appended = await appendedBy(store, async () =>
      assert.deepEqual(await askAtOnce(20, () => store.links.verifyEmail(use('h1'))), once(20)),
    )
    assert.deepEqual(appended, [])
    const user = await userNow(store)
    assert.deepEqual([user.emailVerifiedAt, user.updatedAt], [LATER, NOW])
  })

  promise('[I01] an address is changed once, with its entry and its mail; links of the old one are gone, but for not_me', async (store) => {
    await store.deliveries.add({
      ...{ id: 'mail', kind: 'mail', owner: undefined, state: 'open', reason: undefined, settings: '{}' },
      ...{ position: ORIGIN, revision: 1, createdAt: NOW },
    })
    await linked(store, 'email_change', 'h1', { email: 'New@example.test' })
    for (const kind of ['password_reset', 'magic_link', 'not_me'] as const) await linked(store, kind, kind)
    await signedIn(store, sessionRecord('ses_a', USER))
    const former: string[] = []
    const jobs: ToldLinkUse['jobs'] = (_, formerEmail) => {
      former.push(formerEmail)
      return [mail]
    }
    const appended = await appendedBy(store, async () => {
      const answers = await askAtOnce(10, () => store.links.changeEmail(told('h1', { jobs })))
      assert.deepEqual([answers.get('changed'), answers.get('refused')], [1, 9])
    })
    assert.deepEqual(appended, [`cutoff user:${USER} soft`])
    assert.equal(former[0], `${USER}@example.test`)
    assert.equal((await store.deliveries.backlog('mail')).waiting, 1)
    const user = await userNow(store)
    assert.deepEqual([user.email, user.emailVerifiedAt, user.updatedAt], ['New@example.test', LATER, LATER])
    assert.equal((await store.users.findByEmail('new@EXAMPLE.test'))?.user.id, USER)
    assert.equal(await store.users.findByEmail(`${USER}@example.test`), undefined)
    assert.deepEqual(
      (await store.users.list({ limit: 10, search: 'new@' })).map(({ id }) => id),
      [USER],
    )
    assert.notEqual(await store.sessions.find('ses_a'), undefined)
    const standing = await Promise.all(['h1', 'password_reset', 'magic_link', 'not_me'].map((hash) => isThere(store, hash)))
    assert.deepEqual(standing, [false, false, false, true])
  })

  promise('an address that somebody else has by now is not taken from them, and the link stays', async (store) => {
    await linked(store, 'email_change', 'h1', { email: 'new@example.test' })
    await store.users.create(userRecord('usr_b', { email: 'NEW@example.test' }), 'phc-1')
    const appended = await appendedBy(store, async () => assert.equal(await store.links.changeEmail(told('h1')), 'email_taken'))
    assert.deepEqual(appended, [])
    assert.equal((await userNow(store)).email, `${USER}@example.test`)
    assert.equal(await isThere(store, 'h1'), true)
  })

  promise('of a change and a sign-up for one address, at once, one has it', async (store) => {
    for (let round = 0; round < 10; round++) {
      const email = `new${round}@example.test`
      await linked(store, 'email_change', `h${round}`, { email })
      const [changed, created] = await Promise.all([
        store.links.changeEmail(told(`h${round}`)),
        store.users.create(userRecord(`usr_b${round}`, { email }), 'phc-1'),
      ])
      assert.notEqual(changed === 'changed', created === 'created')
    }
  })

  promise(
    '[I01] [I02] whoever was not it: once, the address of the link is back, the password void, sessions ended, younger links gone',
    async (store) => {
      await linked(store, 'not_me', 'n1')
      await linked(store, 'email_change', 'h1', { email: 'thief@example.test' })
      await store.links.changeEmail(told('h1'))
      await linked(store, 'not_me', 'n2', { createdAt: NOW + 5 })
      await linked(store, 'not_me', 'n3', { createdAt: NOW + 9 })
      await linked(store, 'password_reset', 'h2', { createdAt: NOW + 9 })
      await signedIn(store, sessionRecord('ses_a', USER))
      const appended = await appendedBy(store, async () => {
        assert.deepEqual(await askAtOnce(10, () => store.links.disown(told('n2'))), once(10))
      })
      assert.deepEqual(appended, [`cutoff user:${USER} hard`])
      assert.equal((await userNow(store)).email, 'thief@example.test', 'the link of the thief’s own notice')
      const standing = await Promise.all(['n1', 'n2', 'n3', 'h2'].map((hash) => isThere(store, hash)))
      assert.deepEqual(standing, [true, false, false, false], 'whoever had the account before still decides')
      assert.equal(await store.links.disown(told('n1')), true)
      const user = await userNow(store)
      assert.deepEqual([user.email, user.emailVerifiedAt], [`${USER}@example.test`, LATER])
      assert.deepEqual(await store.users.findPassword(USER), { hash: NO_PASSWORD, generation: 3 })
      assert.equal(await store.sessions.find('ses_a'), undefined)
    },
  )

  promise('whoever was not it loses the passkeys that were added since, and the recovery codes with the last of them', async (store) => {
    await store.users.create(userRecord(USER), 'phc-1')
    const passkey = (id: string, createdAt: number) => ({
      ...{ id, user: USER, credential: id, publicKey: new Uint8Array([1]), counter: 0, transports: [], synced: false, backedUp: false },
      ...{ name: id, createdAt, lastUsedAt: undefined },
    })
    const enrol = (id: string, at: number) =>
      store.passkeys.enrol({ passkey: passkey(id, at), maximum: 9, recovery: { id: `rcs_${id}`, hashes: ['hash'] } })
    for (const [id, at] of [
      ['psk_a', NOW],
      ['psk_b', NOW + 5],
      ['psk_c', NOW + 6],
    ] as const)
      await enrol(id, at)
    for (const [hash, at] of [
      ['n1', NOW],
      ['n2', NOW + 5],
    ] as const)
      await linked(store, 'not_me', hash, { createdAt: at })
    assert.equal(await store.links.disown(told('n2')), true)
    assert.deepEqual(
      (await store.passkeys.list(USER)).map(({ id }) => id),
      ['psk_a'],
    )
    assert.notEqual(await store.factors.findRecovery(USER), undefined)
    assert.equal(await store.links.disown(told('n1')), true)
    assert.deepEqual(await store.passkeys.list(USER), [])
    assert.equal(await store.factors.findRecovery(USER), undefined)
  })

  promise('whoever was not it gets no address that another account has by now, and everything else', async (store) => {
    await linked(store, 'not_me', 'n1')
    await linked(store, 'email_change', 'h1', { email: 'thief@example.test' })
    await store.links.changeEmail(told('h1'))
    await store.users.create(userRecord('usr_b', { email: `${USER}@example.test` }), 'phc-1')
    assert.equal(await store.links.disown(told('n1')), true)
    assert.equal((await userNow(store)).email, 'thief@example.test')
    assert.equal((await store.users.findPassword(USER))?.hash, NO_PASSWORD)
  })

  promise('[I01] a magic link is tried so often and no more, by its token and by its request', async (store) => {
    await linked(store, 'magic_link', 'h1', { code: { hash: 'c1', request: 'r1' } })
    const tries = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        store.links.try({ key: n % 2 === 0 ? { hash: 'h1' } : { request: 'r1' }, maximum: 5, at: LATER }),
      ),
    )
    const tried = tries.filter((each) => each !== undefined)
    assert.equal(tried.length, 5)
    for (const { hash, codeHash, user, generation } of tried) assert.deepEqual([hash, codeHash, user, generation], ['h1', 'c1', USER, 1])
    assert.equal(await store.links.try({ key: { request: 'r2' }, maximum: 5, at: LATER }), undefined)
    await linked(store, 'password_reset', 'h2')
    assert.equal(await store.links.try({ key: { hash: 'h2' }, maximum: 5, at: LATER }), undefined)
  })

  promise(
    '[I01] [I02] a magic link opens one session of many; an address that was proven leaves password and sessions as they are',
    async (store) => {
      await store.users.create(userRecord(USER, { emailVerifiedAt: NOW }), 'phc-1')
      await linked(store, 'magic_link', 'h1')
      await signedIn(store, sessionRecord('ses_a', USER))
      const appended = await appendedBy(store, async () => {
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, n) =>
            store.sessions.open({ session: sessionRecord(`ses_${n}`, USER), passwordGeneration: 1, single: false, link: 'h1' }),
          ),
        )
        assert.equal(answers.filter((answer) => answer !== 'refused').length, 1)
      })
      assert.deepEqual(appended, [])
      assert.equal((await store.sessions.list(USER, LATER)).length, 2)
      assert.deepEqual(await store.users.findPassword(USER), { hash: 'phc-1', generation: 1 })
    },
  )

  promise(
    '[I02] a magic link to an address that was never proven shuts out whoever made the account, and its token is younger than that',
    async (store) => {
      await linked(store, 'magic_link', 'h1')
      await signedIn(store, sessionRecord('ses_a', USER))
      const opening = { session: sessionRecord('ses_b', USER, { createdAt: LATER }), passwordGeneration: 1, single: false, link: 'h1' }
      const appended = await appendedBy(store, async () => {
        const opened = await store.sessions.open(opening)
        assert.equal(opened !== 'refused' && opened.rev, (await store.log.head()).position)
      })
      assert.deepEqual(appended, [`cutoff user:${USER} hard`])
      assert.deepEqual(
        (await store.sessions.list(USER, LATER)).map(({ id }) => id),
        ['ses_b'],
      )
      assert.deepEqual(await store.users.findPassword(USER), { hash: NO_PASSWORD, generation: 2 })
      assert.equal((await userNow(store)).emailVerifiedAt, LATER)
    },
  )

  promise('a magic link opens nothing for another user, another password or after its end, and is not used up by that', async (store) => {
    await linked(store, 'magic_link', 'h1')
    await store.users.create(userRecord('usr_b'), 'phc-1')
    const opening = (user: string, createdAt: number, passwordGeneration = 1) =>
      store.sessions.open({ session: sessionRecord('ses_x', user, { createdAt }), passwordGeneration, single: true, link: 'h1' })
    assert.equal(await opening(USER, LATER, 2), 'refused')
    assert.equal(await opening(USER, END), 'refused')
    assert.equal(await opening('usr_b', LATER), 'refused')
    assert.deepEqual(await store.sessions.list('usr_b', LATER), [])
    assert.equal(await isThere(store, 'h1'), true)
  })

  promise('expired links are swept, so many at a time', async (store) => {
    for (const hash of ['n1', 'n2', 'n3']) await linked(store, 'not_me', hash)
    await linked(store, 'not_me', 'n4', { expiresAt: END + 1 })
    assert.equal(await store.links.sweep(END, 2), 2)
    assert.equal(await store.links.sweep(END, 2), 1)
    assert.equal(await store.links.sweep(END, 2), 0)
    assert.equal(await isThere(store, 'n4'), true)
  })

  promise('what is to be told of a new account is queued with it, or not at all', async (store) => {
    await store.deliveries.add({
      ...{ id: 'mail', kind: 'mail', owner: undefined, state: 'open', reason: undefined, settings: '{}' },
      ...{ position: ORIGIN, revision: 1, createdAt: NOW },
    })
    assert.equal(await store.users.create(userRecord(USER), 'phc-1', [mail]), 'created')
    assert.equal(
      await store.users.create(userRecord('usr_b', { email: `${USER}@example.test` }), 'phc-1', [{ ...mail, id: 'mail.2' }]),
      'email_taken',
    )
    assert.equal((await store.deliveries.backlog('mail')).waiting, 1)
  })
}
