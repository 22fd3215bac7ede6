import { setupPage } from '../../page/setup/page.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const showSetupPage: Operation = defineRoute({
  operationId: 'showSetupPage',
  method: 'GET',
  path: '/setup',
  summary: 'The page behind the set-up link. The token stays in the fragment, which no server and no log sees.',
  authority: 'public',
  responses: { 200: { description: 'A page.', contentType: 'text/html' } },
  handle: () => new Response(setupPage.html, { headers: setupPage.headers }),
})
