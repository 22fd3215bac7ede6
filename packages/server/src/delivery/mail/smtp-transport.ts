import { type Clock, isLoopback } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import type { Outcome } from '../delivery-worker.ts'
import type { MailTransport, OutgoingMail } from './mail-courier.ts'

export interface MailSender {
  readonly name: string | undefined
  readonly address: string
}

export interface SmtpServer {
  readonly host: string
  readonly port: number
  /** TLS from the first byte; otherwise by STARTTLS where it is offered. */
  readonly isSecure: boolean
  readonly credentials: { readonly user: string; readonly password: string } | undefined
}

export interface SmtpTransportOptions {
  readonly server: SmtpServer
  readonly from: MailSender
  /** By what name we greet the server. */
  readonly name: string
  /** Nothing is sent in the clear but to this machine. */
  readonly requiresTls: boolean
  readonly clock: Clock
  /** Whom to trust, PEM. Default: as the system does. */
  readonly ca?: string
}

/** For everything: connection, greeting, sign-in and message. */
const TIMEOUT_MS = 9000
const PATIENCE_MS = 8000

/** What nodemailer says of a failure. */
interface SmtpFailure extends Error {
  readonly code?: string
  readonly responseCode?: number
  readonly command?: string
}

type Smtp = typeof import('nodemailer/lib/smtp-connection').default
type Mime = typeof import('nodemailer/lib/mail-composer').default

/** Sends by SMTP, with a connection for each mail (RFC 5321). The server's certificate is checked in any case. */
export class SmtpTransport implements MailTransport {
  readonly #options: SmtpTransportOptions
  #modules: Promise<readonly [Smtp, Mime]> | undefined

  constructor(options: SmtpTransportOptions) {
    this.#options = options
  }

  async send(mail: OutgoingMail, signal: AbortSignal): Promise<Outcome> {
    const [Smtp, Mime] = await this.#load()
    const message = await this.#compile(Mime, mail)
    try {
      await this.#exchange(Smtp, mail.to, message, signal)
      return { state: 'delivered' }
    } catch (error) {
      return outcomeOf(error as SmtpFailure)
    }
  }

  #load(): Promise<readonly [Smtp, Mime]> {
    // Loaded with the first mail: most processes of the CLI never send one.
    this.#modules ??= Promise.all([import('nodemailer/lib/smtp-connection'), import('nodemailer/lib/mail-composer')]).then(
      ([smtp, mime]) => [smtp.default, mime.default] as const,
    )
    return this.#modules
  }

  #compile(Mime: Mime, { id, to, subject, text, html, createdAt }: OutgoingMail): Promise<Buffer> {
    const { from, name: host } = this.#options
    const { name, address } = from
    const domain = address.slice(address.lastIndexOf('@') + 1)
    const composed = new Mime({
      from: { name: name ?? '', address },
      to: { name: '', address: to },
      subject,
      text,
      html,
      // The same at each attempt, so that whoever gets it twice can see that. Other servers may send in the name of the domain, too.
      messageId: `<${sha256Base64url(`${host}\n${id}`)}@${domain}>`,
      date: new Date(createdAt),
      // RFC 3834: no machine shall answer it.
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    return new Promise((resolve, reject) => {
      composed.compile().build((error, message) => (message === undefined ? reject(error ?? problem('ESTREAM')) : resolve(message)))
    })
  }

  #exchange(Smtp: Smtp, to: string, message: Buffer, signal: AbortSignal): Promise<void> {
    const { server, from, name, requiresTls, clock, ca } = this.#options
    const { host, port, isSecure, credentials } = server
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const connection = new Smtp({
        ...{ host, port, name, secure: isSecure },
        // A password is not shown to whoever listens, whatever the configuration says.
        requireTLS: !isSecure && !isOwnHost(host) && (requiresTls || credentials !== undefined),
        ...{ connectionTimeout: PATIENCE_MS, greetingTimeout: PATIENCE_MS, socketTimeout: PATIENCE_MS, dnsTimeout: PATIENCE_MS },
        socketCloseTimeout: 0,
        maxResponseSize: 65_536,
        tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
      })
      const settle = (failure: Error | undefined): void => {
        cancelTimer()
        signal.removeEventListener('abort', abort)
        // First: closing tells of an end of its own.
        if (failure === undefined) resolve()
        else reject(failure)
        if (failure === undefined) connection.quit()
        else connection.close()
      }
      const abort = (): void => settle(problem('EABORT'))
      const cancelTimer = clock.after(TIMEOUT_MS, () => settle(problem('ETIMEDOUT')))
      signal.addEventListener('abort', abort)
      connection.on('error', settle)
      connection.once('end', () => settle(problem('ECONNECTION')))
      const send = (): void =>
        connection.send({ from: from.address, to: [to], size: message.length }, message, (error) => settle(error ?? undefined))
      connection.connect((failure) => {
        if (failure !== undefined) return settle(failure)
        if (credentials === undefined) return send()
        const { user, password: pass } = credentials
        connection.login({ user, pass }, (error) => (error === null ? send() : settle(error)))
      })
    })
  }
}

/** This machine, by name or address. */
const isOwnHost = (host: string): boolean => host === 'localhost' || isLoopback(host.replace(/^\[|\]$/g, ''))

const problem = (code: string): Error => Object.assign(new Error(code), { code })

/**
 * What a server refuses for good of the recipient or of the message itself, it would refuse again (RFC 5321 section 4.2.1). What it has against us, our
 * password or our sender, an operator can mend, and the mail goes out then. Says nothing of what the server answered: the address may stand in it.
 */
function outcomeOf({ code, responseCode, command }: SmtpFailure): Outcome {
  if (responseCode === undefined) return { state: 'failed', problem: code ?? 'failed' }
  const isPermanent = responseCode >= 500 && responseCode !== 503
  const isAboutMail = command === 'RCPT TO' || command === 'DATA'
  return { state: isPermanent && isAboutMail ? 'refused' : 'failed', problem: `SMTP ${responseCode} ${command ?? ''}`.trim() }
}
