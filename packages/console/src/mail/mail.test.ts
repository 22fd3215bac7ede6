import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasOutbox, mailPath, templatesIn, transportName, transportNote } from './mail.ts'

const queue = { transport: 'smtp', waiting: 0, refused: 0, oldest_at: null }

test('a way that mail leaves by is named, also one that is new', () => {
  assert.equal(transportName('smtp'), 'SMTP')
  assert.equal(transportName('pigeon'), 'pigeon')
  assert.equal(transportNote('pigeon'), '')
})

test('mails can be looked at only where nothing is sent', () => {
  assert.ok(!hasOutbox({ mails: [], queue }))
  assert.ok(hasOutbox({ mails: [], queue: { ...queue, transport: 'outbox' } }))
})

test('each kind is offered once, and each mail has an address of its own', () => {
  const mail = (id: string, template: string): Parameters<typeof templatesIn>[0][number] => ({
    ...{ id, template, to: 'a@example.com', subject: 's', text: 't' },
    created_at: '2030-01-31T12:00:00.000Z',
  })
  assert.deepEqual(templatesIn([mail('1', 'reset'), mail('2', 'notice'), mail('3', 'reset')]), ['notice', 'reset'])
  assert.equal(mailPath(new URLSearchParams('sort=to'), 'mail.a'), '/console/mails?sort=to&mail=mail.a')
})
