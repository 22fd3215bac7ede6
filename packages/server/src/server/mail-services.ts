import type { Platform } from 'countersign/core'
import type { Logger } from 'pino'
import type { Links } from '../account/link/index.ts'
import {
  type Courier,
  type DeliveryStore,
  type EventLog,
  type LanguageStore,
  MAIL,
  mailCourier,
  MailQueue,
  Outbox,
  SmtpTransport,
} from '../delivery/index.ts'
import type { SessionEventSink } from '../session/index.ts'
import type { Store } from '../store/index.ts'
import type { ServerConfig } from './config.ts'
import { templateComposer } from './mail/template-composer.ts'
import type { Services } from './services.ts'

interface MailGround {
  readonly config: ServerConfig
  readonly platform: Platform
  /** As in `Surroundings`. */
  readonly isBrief: boolean
  readonly sendsMailAtOnce: boolean
}

export interface Mail extends Pick<Services, 'mail' | 'outbox'> {
  /** Sends what is in the queue; undefined where nothing is sent. */
  courier(links: Pick<Links, 'create'>): Courier | undefined
}

/** By SMTP where a server is configured, otherwise into the outbox of this process; in production without a server there is no mail. */
export async function composeMail(store: Store, { config, platform, isBrief, sendsMailAtOnce }: MailGround): Promise<Mail> {
  const { issuer, brand, production, mailServer: server, mailFrom: from } = config
  const { clock } = platform
  const outbox = server === undefined && !production ? new Outbox() : undefined
  const transport =
    server === undefined || from === undefined
      ? outbox
      : new SmtpTransport({
          server,
          from: { ...from, name: from.name ?? brand.name },
          name: new URL(issuer).hostname,
          requiresTls: production,
          clock,
        })
  const mail = new MailQueue({ store: store.deliveries, isAvailable: transport !== undefined, sendsAtOnce: sendsMailAtOnce })
  if (mail.isAvailable) await openDestination(store.deliveries, store.events, platform)
  return {
    mail,
    outbox,
    courier(links) {
      if (transport === undefined || (transport === outbox && isBrief)) return undefined
      const { users, languages } = store
      return mailCourier({ composer: templateComposer({ issuer, brand, users, languages, links, clock }), transport, clock })
    },
  }
}

/** Notes in which language people sign in: of what happens to them without a request of theirs they are told in it. */
export const languageNoting =
  ({ languages }: Pick<Store, 'languages'>, log: Logger): SessionEventSink =>
  (event) => {
    if (event.type !== 'signed_in') return
    const { user, device } = event
    if (device.language === undefined) return
    noteLanguage(languages, user, device.language).catch((error: unknown) => log.warn({ err: error, user }, 'a language was not noted'))
  }

/** Hardly anybody changes it: a read is all that most sign-ins cost. */
async function noteLanguage(languages: LanguageStore, user: string, language: string): Promise<void> {
  if ((await languages.find(user)) !== language) await languages.note(user, language)
}

/** Where all mail goes: made once for a database, by whichever server comes first. What happened before is not told. */
async function openDestination(deliveries: DeliveryStore, events: EventLog, { clock }: Platform): Promise<void> {
  if ((await deliveries.find(MAIL)) !== undefined) return
  const { position } = await events.head()
  const destination = { id: MAIL, kind: MAIL, owner: undefined, state: 'open', reason: undefined, settings: '{}', position } as const
  try {
    await deliveries.add({ ...destination, revision: 1, createdAt: clock.now() })
  } catch (error) {
    if ((await deliveries.find(MAIL)) === undefined) throw error
  }
}
