import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeliveryStore, NewJob } from '../delivery-store.ts'
import { MailQueue } from './mail-queue.ts'

const request = { id: 'mail_a', template: 'password_reset', facts: { email: 'ann@example.org' }, createdAt: 0 }

function queueOf(sendsAtOnce: boolean): { readonly queue: MailQueue; readonly queued: NewJob[]; readonly woken: () => number } {
  const queued: NewJob[] = []
  const store: Pick<DeliveryStore, 'enqueue'> = { enqueue: async (jobs) => queued.push(...jobs) }
  const queue = new MailQueue({ store: store as DeliveryStore, isAvailable: true, sendsAtOnce }) // of which it uses no more
  let times = 0
  queue.onWake(() => times++)
  return { queue, queued, woken: () => times }
}

test('[G02] a mail that anybody may ask for waits for the next turn: nobody feels what is composed for one address and not for another', async () => {
  const { queue, queued, woken } = queueOf(false)
  await queue.enqueue([request])
  assert.deepEqual([queued.length, woken()], [1, 0])
  queue.wake()
  assert.equal(woken(), 1)
})

test('where a test owns the clock it goes out at once', async () => {
  const { queue, woken } = queueOf(true)
  await queue.enqueue([request])
  assert.equal(woken(), 1)
})
