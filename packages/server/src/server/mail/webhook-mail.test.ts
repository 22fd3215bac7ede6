import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from 'countersign/core'
import type { User } from '../../account/user.ts'
import { brandOf } from '../config-brand.ts'
import { webhookDisabled } from './webhook-mail.ts'

const operator: User = {
  id: 'usr_a',
  email: 'operator@example.com',
  emailVerifiedAt: 0,
  name: undefined,
  status: 'active',
  roles: ['admin'],
  groups: [],
  createdAt: 0,
  updatedAt: 0,
}

const compose = (facts: Readonly<Record<string, string>>, user: User | undefined, language?: string) =>
  webhookDisabled.compose(facts, {
    issuer: 'https://auth.example.com',
    brand: brandOf({}),
    users: { find: async (id) => (id === user?.id ? user : undefined), findByEmail: async () => undefined },
    languages: { find: async () => language },
    links: { create: async () => assert.fail('no link belongs in it') },
    clock: new ManualClock(0),
  })

const facts = { user: 'usr_a', host: 'hooks.example.com', endpoint: 'whe_x', reason: 'failed_for_days', at: '0' }

test('[F03] whoever made an endpoint is told that it was disabled, why, and how to send again, in their language', async () => {
  const mail = await compose(facts, operator)
  assert.equal(mail?.to, 'operator@example.com')
  for (const said of ['hooks.example.com', 'five days', 'countersign webhooks replay --endpoint whe_x'])
    assert.ok(mail?.text.includes(said), said)
  assert.match((await compose({ ...facts, reason: 'gone' }, operator, 'de'))?.text ?? '', /nicht mehr gibt \(410\)/)
})

test('[F03] nobody is told who is gone or suspended', async () => {
  assert.equal(await compose(facts, undefined), undefined)
  assert.equal(await compose(facts, { ...operator, status: 'suspended' }), undefined)
})
