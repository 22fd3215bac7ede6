import assert from 'node:assert/strict'
import { userRecord } from './record.ts'
import { type OpenStore, promises } from './suite.ts'

/** What `LanguageStore` promises, for any store. */
export function languageStoreContract(name: string, open: OpenStore): void {
  const promise = promises(name, open)

  promise('the language of a person is what was noted last', async ({ users, languages }) => {
    for (const id of ['usr_a', 'usr_b']) await users.create(userRecord(id, { email: `${id}@example.com` }), 'phc')
    assert.equal(await languages.find('usr_a'), undefined)
    await languages.note('usr_a', 'de')
    await languages.note('usr_b', 'en')
    await languages.note('usr_a', 'en')
    await languages.note('usr_a', 'de')
    assert.equal(await languages.find('usr_a'), 'de')
    assert.equal(await languages.find('usr_b'), 'en')
  })

  promise('of a person who is not there nothing is noted', async ({ languages }) => {
    await languages.note('usr_unknown', 'de')
    assert.equal(await languages.find('usr_unknown'), undefined)
  })
}
