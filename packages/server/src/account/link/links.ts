import type { EpochMs, Platform } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import { nameAct } from '../../audit/index.ts'
import { type LinkKind, linkKinds, type StandingLink } from './link.ts'
import type { LinkStore } from './link-store.ts'
import { linkInvalid, newLinkToken, parseLinkToken } from './link-token.ts'
import { magicCodeHash, newMagicCode } from './magic-code.ts'

export interface LinksOptions {
  readonly store: LinkStore
  readonly platform: Platform
}

export interface LinkRequest {
  readonly user: string
  /** The address that it is for, where that is not the one of the account: the new one of `email_change`, the one that `not_me` goes back to. */
  readonly email?: string
  /** Of `not_me`: when what it tells of happened. What was added to the account from then on goes when it is used. Default: now. */
  readonly since?: EpochMs
  /** Of a magic link: the hash of the secret that a typed code needs. */
  readonly requestHash?: string
}

/** Goes into a mail, and is stored nowhere. */
export interface CreatedLink {
  readonly token: string
  /** To be typed, of a magic link that somebody has asked for. */
  readonly code: string | undefined
  readonly expiresAt: EpochMs
}

/** What may be shown of a link to whoever has it. */
export interface ShownLink {
  readonly kind: LinkKind
  readonly email: string
  readonly expiresAt: EpochMs
}

/** Links in mails: made when the mail is composed, good once. */
export class Links {
  readonly #store: LinkStore
  readonly #platform: Platform

  constructor({ store, platform }: LinksOptions) {
    this.#store = store
    this.#platform = platform
  }

  /**
   * Makes a link, which takes the place of the one before of its kind; those of `not_me` stand side by side.
   *
   * @returns undefined when the account is gone or suspended: there is nothing to write then.
   */
  async create(kind: LinkKind, { user, email, since, requestHash }: LinkRequest): Promise<CreatedLink | undefined> {
    const { clock, random } = this.#platform
    const token = newLinkToken(kind, random)
    const now = clock.now()
    const createdAt = Math.min(since ?? now, now)
    const expiresAt = now + linkKinds[kind].lifeSeconds * 1000
    const typed = requestHash === undefined ? undefined : newMagicCode(random)
    const codeHash = requestHash === undefined || typed === undefined ? undefined : magicCodeHash(requestHash, typed)
    const code = requestHash === undefined || codeHash === undefined ? undefined : { hash: codeHash, request: requestHash }
    const isMade = await this.#store.add({ hash: sha256Base64url(token), kind, user, email, code, createdAt, expiresAt })
    return isMade ? { token, code: typed, expiresAt } : undefined
  }

  /** What a link is for. Changes nothing, however often it is asked. @throws {AuthError} `link_invalid`. */
  async show(token: string): Promise<ShownLink> {
    const { kind, email, expiresAt } = await this.find(token, undefined)
    return { kind, email, expiresAt }
  }

  /**
   * What whoever uses a link has to know before. Changes nothing.
   *
   * @param kind Undefined: any.
   * @throws {AuthError} `link_invalid`.
   */
  async find(token: string, kind: LinkKind | undefined): Promise<StandingLink & { readonly hash: string }> {
    const presented = parseLinkToken(token)
    if (kind !== undefined && presented.kind !== kind) throw linkInvalid('other_kind')
    const link = await this.#store.find(presented.hash, this.#platform.clock.now())
    if (link === undefined) throw linkInvalid('gone')
    nameAct({ actor: { kind: 'user', id: link.user }, target: { kind: 'user', id: link.user } })
    return { ...link, hash: presented.hash }
  }
}
