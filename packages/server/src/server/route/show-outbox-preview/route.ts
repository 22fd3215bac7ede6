import { mailOf, outboxPreview, ownOutbox } from '../../page/outbox/page.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const showOutboxPreview: Operation = defineRoute({
  operationId: 'showOutboxPreview',
  method: 'GET',
  path: '/outbox/{id}/html',
  summary: 'One mail of the outbox as a mail program shows it; for a frame.',
  authority: 'public',
  responses: { 200: { description: 'The mail.', contentType: 'text/html' } },
  handle: (call, services) => outboxPreview(mailOf(ownOutbox(call, services), call.path['id'])),
})
