import * as z from 'zod'
import { json } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const getHealth: Operation = defineRoute({
  operationId: 'getHealth',
  method: 'GET',
  path: '/healthz',
  summary: 'Is the process alive? Says nothing about its database.',
  authority: 'public',
  responses: { 200: { description: 'Alive.', schema: z.strictObject({ status: z.literal('ok') }) } },
  handle: () => json(200, { status: 'ok' }),
})
