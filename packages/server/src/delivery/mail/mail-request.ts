import { type EpochMs, isJsonObject, parseJson } from 'countersign/core'
import type { NewJob } from '../delivery-store.ts'

/** What shall be written to somebody. What goes out is composed from it when it is sent, so that no secret ever lies in the queue. */
export interface MailRequest {
  /** Stable: the same mail is not queued twice. */
  readonly id: string
  /** The row of the template table (`server/mail`). */
  readonly template: string
  /** What the template needs, but no secret. `locale`: the language of whoever it is for. */
  readonly facts: Readonly<Record<string, string>>
  readonly createdAt: EpochMs
}

/** The one destination of all mail, and its kind. */
export const MAIL = 'mail'

export const mailJob = ({ id, template, facts, createdAt }: MailRequest): NewJob => ({
  id: `${MAIL}.${id}`,
  destination: MAIL,
  payload: JSON.stringify({ template, facts }),
  urgent: false,
  createdAt,
})

/** What `mailJob` has made a job of. @throws {TypeError} for a job that it has not made. */
export function mailRequestOf({ id, payload, createdAt }: Pick<NewJob, 'id' | 'payload' | 'createdAt'>): MailRequest {
  const value = parseJson(payload)
  if (!isJsonObject(value) || typeof value['template'] !== 'string' || !isJsonObject(value['facts'])) throw new TypeError('no mail')
  const facts: Record<string, string> = {}
  for (const [name, fact] of Object.entries(value['facts'])) if (typeof fact === 'string') facts[name] = fact
  return { id: id.slice(MAIL.length + 1), template: value['template'], facts, createdAt }
}
