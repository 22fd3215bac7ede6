import { type ComponentType, lazy } from 'react'
import type { RoutePath } from './route.ts'

/** A page that is fetched when somebody goes there. */
const view = <Name extends string>(load: () => Promise<Readonly<Record<Name, ComponentType>>>, name: Name): ComponentType =>
  lazy<ComponentType>(async () => ({ default: (await load())[name] }))

/** What shows each page: one line for each. A page without one has no place in the navigation. */
export const views: Readonly<Partial<Record<RoutePath, ComponentType>>> = {
  '/console': view(() => import('./overview/overview-page.tsx'), 'OverviewPage'),
  '/console/revocation': view(() => import('./revocation/revocation-page.tsx'), 'RevocationPage'),
  '/console/users': view(() => import('./user/users-page.tsx'), 'UsersPage'),
  '/console/users/:id': view(() => import('./user/user-page.tsx'), 'UserPage'),
  '/console/sessions': view(() => import('./session/sessions-page.tsx'), 'SessionsPage'),
  '/console/roles': view(() => import('./role/roles-page.tsx'), 'RolesPage'),
  '/console/api-keys': view(() => import('./api-key/api-keys-page.tsx'), 'ApiKeysPage'),
  '/console/api-keys/:id': view(() => import('./api-key/api-key-page.tsx'), 'ApiKeyPage'),
  '/console/access-keys': view(() => import('./access-key/access-keys-page.tsx'), 'AccessKeysPage'),
  '/console/access-keys/:id': view(() => import('./access-key/access-key-page.tsx'), 'AccessKeyPage'),
  '/console/clients': view(() => import('./client/clients-page.tsx'), 'ClientsPage'),
  '/console/clients/:id': view(() => import('./client/client-page.tsx'), 'ClientPage'),
  '/console/webhooks': view(() => import('./webhook/webhooks-page.tsx'), 'WebhooksPage'),
  '/console/webhooks/:id': view(() => import('./webhook/webhook-page.tsx'), 'WebhookPage'),
  '/console/trust-rules': view(() => import('./trust-rule/trust-rules-page.tsx'), 'TrustRulesPage'),
  '/console/signing-keys': view(() => import('./signing-key/signing-keys-page.tsx'), 'SigningKeysPage'),
  '/console/verifiers': view(() => import('./service/verifiers-page.tsx'), 'VerifiersPage'),
  '/console/audit': view(() => import('./audit/audit-page.tsx'), 'AuditPage'),
  '/console/mails': view(() => import('./mail/mails-page.tsx'), 'MailsPage'),
}
