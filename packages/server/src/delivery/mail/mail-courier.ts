import type { Clock, EpochMs } from 'countersign/core'
import type { Job } from '../delivery-store.ts'
import type { Courier, Outcome } from '../delivery-worker.ts'
import type { ComposedMail, MailComposer } from './mail-composer.ts'
import { MAIL, mailRequestOf } from './mail-request.ts'

/** A mail on its way. */
export interface OutgoingMail extends ComposedMail {
  /** Of the job: the same at each attempt. */
  readonly id: string
  readonly template: string
  readonly createdAt: EpochMs
}

/** What takes a mail from here. */
export interface MailTransport {
  /** Must come to an end within ten seconds. */
  send(mail: OutgoingMail, signal: AbortSignal): Promise<Outcome>
}

export interface MailCourierOptions {
  readonly composer: MailComposer
  readonly transport: MailTransport
  readonly clock: Clock
}

/** A notice that is older tells of nothing that could still be undone. */
const SENT_WITHIN_MS = 3 * 86_400_000
/** Whom one mail server keeps waiting must not be all that is looked at. */
const IN_PLAY = 1000
/** Connections to the mail server. */
const AT_ONCE = 8

const refused = (problem: string): Outcome => ({ state: 'refused', problem })

/** Composes a mail when its turn has come, and sends it. */
export function mailCourier({ composer, transport, clock }: MailCourierOptions): Courier {
  return {
    kind: MAIL,
    window: IN_PLAY,
    atOnce: AT_ONCE,
    backOff: { firstMs: 2000, longestMs: 900_000 },
    async deliver(job: Job, _destination, signal): Promise<Outcome> {
      if (clock.now() - job.createdAt > SENT_WITHIN_MS) return refused('too_late')
      const request = mailRequestOf(job)
      const mail = await composer.compose(request)
      if (mail === undefined) return { state: 'delivered' }
      const problem = problemOf(mail)
      if (problem !== undefined) return refused(problem)
      return transport.send({ ...mail, id: job.id, template: request.template, createdAt: job.createdAt }, signal)
    },
  }
}

const LONGEST_ADDRESS = 254
const LONGEST_SUBJECT = 200
/** One address, with nothing in it that a header or an SMTP command could take for its end, or for a second address. */
const address = /^[^\s@<>()[\]\\,;:"\p{C}]+@[^\s@<>()[\]\\,;:"\p{C}]+$/u
const control = /[\p{Cc}\u2028\u2029]/u

function problemOf({ to, subject }: ComposedMail): string | undefined {
  if (to.length > LONGEST_ADDRESS || !address.test(to)) return 'address_not_allowed'
  if (subject === '' || subject.length > LONGEST_SUBJECT || control.test(subject)) return 'subject_not_allowed'
  return undefined
}
