import { AuthError } from 'countersign/core'
import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const getReadiness: Operation = defineRoute({
  operationId: 'getReadiness',
  method: 'GET',
  path: '/readyz',
  summary: 'Can the server do its work right now? 503 when the database cannot be written to, or the feed stands still.',
  authority: 'public',
  responses: { 200: { description: 'Ready.', schema: z.strictObject({ status: z.literal('ok') }) } },
  async handle(_call, { store, verifier }) {
    await store.ping()
    // Our own replica hangs on the publisher: it is fresh exactly when heartbeats are really signed and sent.
    if (verifier.status().state !== 'fresh') throw new AuthError('unavailable', { reason: 'feed' })
    return json(200, { status: 'ok' })
  },
})
