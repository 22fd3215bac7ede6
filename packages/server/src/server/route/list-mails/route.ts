import * as z from 'zod'
import { MAIL } from '../../../delivery/index.ts'
import { json } from '../../answer.ts'
import { showMailQueue, showMailSummary } from '../../mail-representation.ts'
import { mailQueueSchema, mailSummarySchema } from '../../mail-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const listMails: Operation = defineRoute({
  operationId: 'listMails',
  method: 'GET',
  path: '/v1/mails',
  summary: 'How much mail waits to be sent; in development without a mail server also what was sent, newest first.',
  authority: 'operator',
  responses: {
    200: { description: 'The mails and the queue.', schema: z.strictObject({ mails: z.array(mailSummarySchema), queue: mailQueueSchema }) },
  },
  async handle(_call, services) {
    const queue = showMailQueue(await services.store.deliveries.backlog(MAIL), services)
    return json(200, { mails: (services.outbox?.list() ?? []).map(showMailSummary), queue })
  },
})
