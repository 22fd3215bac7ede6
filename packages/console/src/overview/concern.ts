import type { MailState } from '../api/mail.ts'
import type { RevocationSummary } from '../api/revocation.ts'
import type { Verifiers } from '../api/verifier.ts'
import type { WebhookEndpoint } from '../api/webhook.ts'
import { overview as words } from '../message/en/overview.ts'
import { endpointPath, reasonOf } from '../webhook/endpoint.ts'

/** Something that an operator would want to know of. */
export interface Concern {
  readonly title: string
  readonly text: string
  readonly href: string
  readonly tone: 'warning' | 'danger'
}

export interface Known {
  readonly summary: RevocationSummary | undefined
  readonly verifiers: Verifiers | undefined
  readonly endpoints: readonly WebhookEndpoint[] | undefined
  readonly mails: MailState | undefined
}

/** Whether everything was asked that `concerns` goes by. */
export const isKnown = ({ summary, verifiers, endpoints, mails }: Known): boolean =>
  summary !== undefined && verifiers !== undefined && endpoints !== undefined && mails !== undefined

/** The gravest first. */
export function concerns({ summary, verifiers, endpoints = [], mails }: Known): readonly Concern[] {
  const thefts = summary?.thefts ?? 0
  const late = (verifiers?.verifiers ?? []).filter(({ state }) => state !== 'fresh').length
  const refused = mails?.queue.refused ?? 0
  // One that somebody has disabled themselves has no reason.
  const failing = endpoints.filter(({ failing_since: since, status, reason }) =>
    status === 'disabled' ? reason !== null : status === 'enabled' && since !== null,
  )
  return [
    ...(thefts === 0 ? [] : [{ title: words.thefts(thefts), text: words.theftsWhy, href: '/console/audit', tone: 'danger' as const }]),
    ...(late === 0 ? [] : [{ title: words.late(late), text: words.lateWhy, href: '/console/verifiers', tone: 'warning' as const }]),
    ...failing.map((endpoint) => ({
      title: words.endpoint(endpoint.url),
      text: words.endpointWhy(reasonOf(endpoint)),
      href: endpointPath(endpoint.id),
      tone: 'warning' as const,
    })),
    ...(refused === 0 ? [] : [{ title: words.mails(refused), text: words.mailsWhy, href: '/console/mails', tone: 'warning' as const }]),
  ]
}
