import type { MailRequest } from './mail-request.ts'

/** One mail to one person, in both forms. */
export interface ComposedMail {
  /** The bare address. */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

export interface MailComposer {
  /** Undefined: nobody to write to (any more), the job is done. Called again for each attempt to send. */
  compose(request: MailRequest): Promise<ComposedMail | undefined>
}
