import { outboxPage, ownOutbox } from '../../page/outbox/page.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const showOutbox: Operation = defineRoute({
  operationId: 'showOutbox',
  method: 'GET',
  path: '/outbox',
  summary: 'The mails that were sent: in development without a mail server, for a browser on the same machine.',
  authority: 'public',
  responses: { 200: { description: 'A page.', contentType: 'text/html' } },
  handle: (call, services) => outboxPage(ownOutbox(call, services).list()),
})
