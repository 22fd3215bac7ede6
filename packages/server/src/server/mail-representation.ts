import type { Backlog, OutgoingMail } from '../delivery/index.ts'
import type { Services } from './services.ts'

type Shown = Readonly<Record<string, unknown>>

const moment = (at: number): string => new Date(at).toISOString()

export const showMailSummary = ({ id, to, subject, template, createdAt, text }: OutgoingMail): Shown => ({
  id,
  to,
  subject,
  template,
  created_at: moment(createdAt),
  text,
})

export const showMail = (mail: OutgoingMail): Shown => ({ ...showMailSummary(mail), html: mail.html })

export const showMailQueue = ({ waiting, dead, oldestAt }: Backlog, { mail, outbox }: Pick<Services, 'mail' | 'outbox'>): Shown => ({
  transport: outbox !== undefined ? 'outbox' : mail.isAvailable ? 'smtp' : 'none',
  waiting,
  refused: dead,
  oldest_at: oldestAt === undefined ? null : moment(oldestAt),
})
