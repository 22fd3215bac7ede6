import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { PATIENCE_MS } from '../http/patience.ts'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export interface ReceivedMail {
  readonly to: string
  readonly from: string
  readonly isSecure: boolean
  readonly user: string | undefined
  /** As it came over the wire. */
  readonly raw: string
  readonly mail: Email
}

/** What the mail server says where it is asked; undefined takes it. */
export type Verdict = { readonly code: number; readonly text?: string } | undefined

export interface Behaviour {
  readonly onSender?: (address: string) => Verdict
  readonly onRecipient?: (address: string) => Verdict
  readonly onMessage?: (to: string, raw: string) => Verdict | Promise<Verdict>
}

const failure = ({ code, text = 'no' }: NonNullable<Verdict>): Error => Object.assign(new Error(text), { responseCode: code })

/** A mail server that is not ours (RFC 5321), on this machine: it notes what it takes. */
export class MailReceiver implements AsyncDisposable {
  readonly received: ReceivedMail[] = []
  behaviour: Behaviour = {}
  /** Connections that were opened. */
  connections = 0
  readonly #server: SMTPServer
  readonly #waiting = new Set<() => void>()

  static async open(options: SMTPServerOptions = {}, port = 0): Promise<MailReceiver> {
    const receiver = new MailReceiver(options)
    receiver.#server.listen(port, '127.0.0.1')
    await once(receiver.#server.server, 'listening')
    return receiver
  }

  private constructor(options: SMTPServerOptions) {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: options.key === undefined ? ['STARTTLS'] : [],
      disableReverseLookup: true,
      closeTimeout: 50,
      ...options,
      onConnect: (_session, done) => {
        this.connections += 1
        done()
      },
      onMailFrom: ({ address }, _session, done) => {
        const verdict = this.behaviour.onSender?.(address)
        done(verdict === undefined ? null : failure(verdict))
      },
      onRcptTo: ({ address }, _session, done) => {
        const verdict = this.behaviour.onRecipient?.(address)
        done(verdict === undefined ? null : failure(verdict))
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope
          const to = rcptTo.map(({ address }) => address).join(',')
          const take = async (): Promise<void> => {
            const raw = Buffer.concat(chunks).toString()
            const verdict = await this.behaviour.onMessage?.(to, raw)
            if (verdict !== undefined) return done(failure(verdict))
            const from = mailFrom === false ? '' : mailFrom.address
            const { secure: isSecure } = session
            const user = typeof session.user === 'string' ? session.user : undefined
            this.received.push({ to, from, isSecure, user, raw, mail: await PostalMime.parse(raw) })
            done()
            for (const wake of this.#waiting) wake()
          }
          void take()
        })
      },
    })
    // A client that breaks off in the middle is part of some tests.
    this.#server.on('error', () => undefined)
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`
  }

  /** The mails to somebody, once there are so many. */
  async mailsTo(address: string, count = 1): Promise<readonly ReceivedMail[]> {
    const arrived = (): readonly ReceivedMail[] => this.received.filter(({ to }) => to === address)
    const limit = AbortSignal.timeout(PATIENCE_MS)
    while (arrived().length < count) {
      await new Promise<void>((resolve, reject) => {
        const wake = (): void => {
          this.#waiting.delete(wake)
          resolve()
        }
        this.#waiting.add(wake)
        limit.addEventListener('abort', () => reject(new Error(`${arrived().length} of ${count} mails have come for ${address}`)), {
          once: true,
        })
      })
    }
    return arrived()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}
