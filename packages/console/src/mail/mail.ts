import type { MailState, MailSummary } from '../api/mail.ts'
import { mails } from '../message/en/mail.ts'

/** A way that is not known here is shown as the server says it. */
export const transportName = (transport: string): string => mails.transports[transport] ?? transport
export const transportNote = (transport: string): string => mails.transportNotes[transport] ?? ''

/** Which kinds of mail there are, to be chosen from. */
export const templatesIn = (found: readonly MailSummary[]): readonly string[] => [...new Set(found.map(({ template }) => template))].sort()

/** Whether the server keeps mails that can be looked at: only in development. */
export const hasOutbox = ({ queue }: MailState): boolean => queue.transport === 'outbox'

/** Where one mail of the outbox stands. */
export const mailPath = (query: URLSearchParams, id: string): string => {
  const next = new URLSearchParams(query)
  next.set('mail', id)
  return `/console/mails?${next}`
}
