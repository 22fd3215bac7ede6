import assert from 'node:assert/strict'
import type { DirectoryPage, DirectoryPlace } from '../../session/session-directory.ts'
import { type SessionReader, sessionPage } from '../session-page.ts'
import type { Store } from '../store.ts'
import { NOW, sessionRecord, signedIn, userRecord } from './record.ts'
import { type OpenStore, promises } from './suite.ts'

/** Ten sessions of three people, two opened in each millisecond; the newest are `s9` and `s8`. */
async function populated(store: Store): Promise<void> {
  await store.users.create(userRecord('usr_a', { email: 'Ann@Example.org' }), 'phc-1')
  await store.users.create(userRecord('usr_b', { email: 'bob@example.org', name: 'Bob ANNER' }), 'phc-1')
  await store.users.create(userRecord('usr_c', { email: 'c_d@example.com' }), 'phc-1')
  for (let n = 0; n < 10; n++) {
    await signedIn(store, sessionRecord(`s${n}`, `usr_${'abc'[n % 3]}`, { createdAt: NOW + Math.floor(n / 2) }))
  }
  await signedIn(store, sessionRecord('over', 'usr_a', { expiresAt: NOW }))
  await signedIn(store, sessionRecord('idle', 'usr_a', { idleExpiresAt: NOW }))
}

/** All pages, each as the ids of its sessions. */
async function pages(
  read: (page: DirectoryPage) => ReturnType<Store['sessionDirectory']['page']>,
  page: Partial<DirectoryPage>,
): Promise<readonly string[]> {
  const all: string[] = []
  let after: DirectoryPlace | undefined
  do {
    const { sessions, next } = await read({ limit: 100, now: NOW, after, ...page })
    all.push(sessions.map(({ session }) => session.id).join(' '))
    after = next
  } while (after !== undefined && all.length < 20)
  return all
}

/** What `SessionDirectory` promises, for any store. */
export function sessionDirectoryContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('[J02] living sessions of all people by pages, newest first, each with the address', async (store) => {
    await populated(store)
    const read = (page: DirectoryPage) => store.sessionDirectory.page(page)
    assert.deepEqual(await pages(read, {}), ['s9 s8 s7 s6 s5 s4 s3 s2 s1 s0'])
    assert.deepEqual(await pages(read, { limit: 4 }), ['s9 s8 s7 s6', 's5 s4 s3 s2', 's1 s0'])
    assert.deepEqual(await pages(read, { limit: 5 }), ['s9 s8 s7 s6 s5', 's4 s3 s2 s1 s0'])
    const { sessions } = await read({ limit: 3, now: NOW })
    assert.deepEqual(
      sessions.map(({ session, email }) => [session.user, email]),
      [
        ['usr_a', 'Ann@Example.org'],
        ['usr_c', 'c_d@example.com'],
        ['usr_b', 'bob@example.org'],
      ],
    )
    assert.deepEqual(sessions[0]?.session, await store.sessions.find('s9'))
  })

  promise('[J02] those of people are found by a part of the address or the name, or by the id', async (store) => {
    await populated(store)
    const read = (page: DirectoryPage) => store.sessionDirectory.page(page)
    assert.deepEqual(await pages(read, { search: 'anN' }), ['s9 s7 s6 s4 s3 s1 s0'])
    assert.deepEqual(await pages(read, { search: 'anN', limit: 3 }), ['s9 s7 s6', 's4 s3 s1', 's0'])
    assert.deepEqual(await pages(read, { search: 'usr_c' }), ['s8 s5 s2'])
    assert.deepEqual(await pages(read, { search: 'C_D@' }), ['s8 s5 s2'])
    assert.deepEqual(await pages(read, { search: 'c%d' }), [''])
  })

  promise('[J02] where very many are found, a page walks along so many sessions and no further', async (store) => {
    await populated(store)
    // Every directory reads by itself.
    const reader = store.sessionDirectory as Store['sessionDirectory'] & SessionReader
    const read = (page: DirectoryPage) => sessionPage(reader, page, 4, 1)
    assert.deepEqual(await pages(read, { search: 'ann' }), ['s9 s7 s6', 's4 s3', 's1 s0', ''])
    assert.deepEqual(await pages(read, { search: 'ann', limit: 1 }), ['s9', 's7', 's6', 's4', 's3', 's1', 's0'])
    assert.deepEqual(await pages(read, { search: 'bob' }), ['s7 s4 s1'])
  })
}
