import { mailOf, outboxMailPage, ownOutbox } from '../../page/outbox/page.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const showOutboxMail: Operation = defineRoute({
  operationId: 'showOutboxMail',
  method: 'GET',
  path: '/outbox/{id}',
  summary: 'One mail of the outbox.',
  authority: 'public',
  responses: { 200: { description: 'A page.', contentType: 'text/html' } },
  handle: (call, services) => outboxMailPage(mailOf(ownOutbox(call, services), call.path['id'])),
})
