import { send } from './request.ts'

export interface MailSummary {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly template: string
  readonly created_at: string
  readonly text: string
}

export interface Mail extends MailSummary {
  readonly html: string
}

export interface MailQueue {
  /** `smtp`, `outbox` (kept in the memory of the server), or `none`. */
  readonly transport: string
  readonly waiting: number
  readonly refused: number
  readonly oldest_at: string | null
}

export interface MailState {
  readonly mails: readonly MailSummary[]
  readonly queue: MailQueue
}

export const readMails = (signal: AbortSignal): Promise<MailState> => send<MailState>('GET', '/v1/mails', { signal })

export async function readMail(id: string, signal: AbortSignal): Promise<Mail> {
  return (await send<{ mail: Mail }>('GET', `/v1/mails/${encodeURIComponent(id)}`, { signal })).mail
}
