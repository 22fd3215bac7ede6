import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from 'countersign/core'
import { openDomain } from '../account/contract/domain.ts'
import { ServiceCredentials } from './service-credentials.ts'

const refused =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof AuthError && error.code === code

async function issued(name = 'orders') {
  const { store, platform } = await openDomain()
  const credentials = new ServiceCredentials({ store: store.services, platform })
  return { store, credentials, ...(await credentials.issue(name)) }
}

test('a service credential is shown once, kept as a hash, and opens the door to its service', async () => {
  const { store, credentials, id, credential } = await issued(' orders ')
  assert.match(credential, /^cs_svc_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{49}$/)
  const service = await credentials.authenticate(`Bearer ${credential}`)
  assert.deepEqual({ id: service.id, name: service.name }, { id, name: 'orders' })
  assert.equal((await credentials.authenticate(`bearer ${credential}`)).id, id)
  assert.equal(JSON.stringify(await store.services.list()).includes(credential.slice(30)), false)
})

test('a removed service credential is refused at once, and removing it twice is not_found', async () => {
  const { credentials, id, credential } = await issued()
  await credentials.remove(id)
  await assert.rejects(credentials.authenticate(`Bearer ${credential}`), refused('token_invalid'))
  await assert.rejects(credentials.remove(id), refused('not_found'))
  assert.deepEqual(await credentials.list(), [])
})

test('the secret of one service does not open the door to another', async () => {
  const { credentials, credential } = await issued()
  const other = await credentials.issue('payments')
  const mixed = `${other.credential.slice(0, 30)}${credential.slice(30)}`
  await assert.rejects(credentials.authenticate(`Bearer ${mixed}`), refused('credential_malformed'))
})

test('[I11] anything but one service credential is refused for what it is', async () => {
  const { credentials, credential } = await issued()
  await assert.rejects(credentials.authenticate(undefined), refused('credential_missing'))
  const malformed = [
    '',
    'Bearer',
    `Basic ${credential}`,
    `Bearer ${credential} x`,
    `Bearer ${credential}A`,
    `Bearer ${credential.slice(0, -1)}!`,
    'Bearer eyJhbGciOiJub25lIn0.e30.',
    `Bearer ${'A'.repeat(1e6)}`,
  ]
  for (const value of malformed) await assert.rejects(credentials.authenticate(value), refused('credential_malformed'))
})

for (const name of ['', '   ', 'x'.repeat(101), 'a\nb', '\ud800']) {
  test(`${JSON.stringify(name.slice(0, 10))} is refused as the name of a service`, async () => {
    await assert.rejects(issued(name), refused('request_invalid'))
  })
}
