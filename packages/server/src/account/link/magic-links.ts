import { AuthError, newId, type Platform } from 'countersign/core'
import { equalText } from 'countersign/crypto'
import type { MailQueue } from '../../delivery/index.ts'
import type { SignedIn } from '../../session/session-tokens.ts'
import type { SessionRequest, Sessions } from '../../session/sessions.ts'
import type { SignInGuard } from '../../session/sign-in-guard.ts'
import { checkedEmail } from '../account-input.ts'
import type { LinkKey, LinkStore, TriedLink } from './link-store.ts'
import { linkInvalid, parseLinkToken } from './link-token.ts'
import { magicCodeHash, newRequestSecret, parseRequestSecret, requestHashOf } from './magic-code.ts'
import type { MailRequestLimit } from './mail-request-limit.ts'
import type { AddressMail } from './password-resets.ts'

export interface MagicLinksOptions {
  /** False: a mailbox signs nobody in here. */
  readonly isEnabled: boolean
  readonly store: LinkStore
  readonly sessions: Sessions
  /** Bounds how often a second factor is guessed. */
  readonly guard: SignInGuard
  readonly mail: MailQueue
  readonly limit: MailRequestLimit
  readonly platform: Platform
}

/** What was in the mail: the link, or the code with what the asking browser was given. */
export type MagicProof = { readonly token: string } | { readonly request: string; readonly code: string }

const PREFIX = 'mail'
/** Wrong codes and missing second factors count alike: nobody tries more often with one mail. */
const MAXIMUM_TRIES = 10
/** No method of RFC 8176 means a mailbox; `otp` would pass for the second factor where a route asks for one. */
const METHOD = 'email'

/** Signs in whoever reads the mail of the account. */
export class MagicLinks {
  readonly #options: MagicLinksOptions

  constructor(options: MagicLinksOptions) {
    this.#options = options
  }

  /**
   * As `PasswordResets.request`.
   *
   * @returns a secret for the browser that asks: without it the typed code is right for nobody, so that to have read it over a shoulder is not enough.
   * @throws {AuthError} as there; `not_found` where links are not enabled.
   */
  async request({ email, address, locale }: AddressMail): Promise<string> {
    const { mail, limit, platform } = this.#options
    this.#requireEnabled()
    const to = checkedEmail(email)
    mail.requireAvailable()
    await limit.admit({ email: to, address })
    const secret = newRequestSecret(platform.random)
    const facts = { email: to, locale, request: requestHashOf(secret) }
    await mail.enqueue([{ id: newId(PREFIX, platform.random), template: 'magic_link', facts, createdAt: platform.clock.now() }])
    return secret
  }

  /**
   * Opens a session and uses the link up, in one transaction; the address is proven. Where it was not before, whoever set the password may have
   * been somebody else: then the password is void and the sessions of before have ended.
   *
   * @throws {AuthError} `link_invalid`; `factor_required`, which leaves the link as it is, as a wrong second factor does (`credentials_invalid`):
   * ten tries altogether; `rate_limited`.
   */
  async signIn(proof: MagicProof, request: SessionRequest): Promise<SignedIn> {
    this.#requireEnabled()
    const link = await this.#tried(proof)
    const { user, generation: passwordGeneration, hash } = link
    const { sessions, guard } = this.#options
    const attempt = { account: user, address: request.device.address, deviceToken: request.deviceToken }
    try {
      return await guard.guard(attempt, () => sessions.open({ user, passwordGeneration, amr: [METHOD], link: hash }, request))
    } catch (error) {
      const isLost = error instanceof AuthError && error.detail['reason'] === 'changed_meanwhile'
      throw isLost ? linkInvalid('used', user) : error
    }
  }

  #requireEnabled(): void {
    if (!this.#options.isEnabled) throw new AuthError('not_found', { reason: 'magic_links_off' })
  }

  async #tried(proof: MagicProof): Promise<TriedLink> {
    if ('token' in proof) {
      const { kind, hash } = parseLinkToken(proof.token)
      if (kind !== 'magic_link') throw linkInvalid('other_kind')
      return this.#try({ hash })
    }
    const request = parseRequestSecret(proof.request)
    if (request === undefined) throw linkInvalid('form')
    const link = await this.#try({ request })
    const codeHash = magicCodeHash(request, proof.code)
    const isRight = codeHash !== undefined && link.codeHash !== undefined && equalText(codeHash, link.codeHash)
    if (!isRight) throw linkInvalid('wrong_code', link.user)
    return link
  }

  async #try(key: LinkKey): Promise<TriedLink> {
    const { store, platform } = this.#options
    const link = await store.try({ key, maximum: MAXIMUM_TRIES, at: platform.clock.now() })
    if (link === undefined) throw linkInvalid('gone')
    return link
  }
}
