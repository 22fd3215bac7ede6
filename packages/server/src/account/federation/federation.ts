import { AuthError, newId, type Platform } from 'countersign/core'
import { sha256Base64url } from 'countersign/crypto'
import type { ReplayStore } from 'countersign/replay'
import { actOf } from '../../audit/index.ts'
import type { Authentication } from '../../session/authenticator.ts'
import { checkedName, emailOf } from '../account-input.ts'
import type { User } from '../user.ts'
import type { UserStore } from '../user-store.ts'
import { type FederationAttempt, type FederationPurpose, newAttempt } from './federation-attempt.ts'
import type { EndedSession, FederatedIdentity, FederationStore } from './federation-store.ts'
import type { FederatedPerson, IdentityProvider, ShownProvider } from './identity-provider.ts'
import type { OpenIdProvider } from './open-id-provider.ts'

export interface FederationOptions {
  readonly providers: readonly OpenIdProvider[]
  readonly store: FederationStore
  readonly users: UserStore
  /** Shared by all servers. */
  readonly replay: ReplayStore
  readonly platform: Platform
  /** Told after the commit. Must not throw. */
  readonly onEnded: (ended: EndedSession) => void
}

export interface BegunAttempt {
  readonly attempt: FederationAttempt
  /** Where the browser goes. */
  readonly url: string
}

/** What an issuer has told has ended there, in its own names: of a `client`, what that one holds; of an `issuer`, everything. */
export interface UpstreamEnding {
  readonly issuer: string
  readonly kind: 'session' | 'user' | 'client' | 'issuer'
  readonly id: string
  /** Whose session it is. */
  readonly user?: string
}

/** No method of RFC 8176 means that somebody else has looked. */
const METHOD = 'federated'
const MAXIMUM_IDENTITIES = 10
/** An answer may come as late as the browser keeps the attempt. */
const ATTEMPT_MS = 900_000
const ANSWER_SCOPE = 'federation-answer'
const LOGOUT_SCOPE = 'federation-logout'

/** Sign-in with another OpenID provider, so that no password reaches us; and which identities there are whose here. */
export class Federation {
  readonly #options: FederationOptions
  readonly #providers: ReadonlyMap<string, OpenIdProvider>

  constructor(options: FederationOptions) {
    this.#options = options
    this.#providers = new Map(options.providers.map((each) => [each.settings.id, each]))
  }

  /** In the order of the configuration. */
  get providers(): readonly ShownProvider[] {
    return this.#options.providers.map(({ settings: { id, name, issuer } }) => ({ id, name, issuer }))
  }

  /**
   * Sends somebody to a provider.
   *
   * @param session Who asks, where they are signed in; a `link` or a `step_up` is theirs alone.
   * @throws {AuthError} `not_found`, `provider_unavailable`.
   */
  async begin(provider: string, purpose: FederationPurpose, session: string | undefined): Promise<BegunAttempt> {
    const attempt = newAttempt(provider, purpose, session, this.#options.platform.random)
    return { attempt, url: await this.#provider(provider).authorizationUrl(attempt) }
  }

  /**
   * Whom the provider has seen, once for each attempt. Does not look for an account.
   *
   * @param search The query that the browser came back with.
   * @throws {AuthError} `federation_failed`, `provider_unavailable`.
   */
  async finish(attempt: FederationAttempt, search: string): Promise<FederatedPerson> {
    const { replay, platform } = this.#options
    const id = sha256Base64url(attempt.state)
    if (!(await replay.claim(ANSWER_SCOPE, id, platform.clock.now() + ATTEMPT_MS))) {
      throw new AuthError('federation_failed', { provider: attempt.provider, reason: 'answered_before' })
    }
    return this.#provider(attempt.provider).redeem(search, attempt)
  }

  /**
   * The account of somebody whom a provider has seen; where they are new, one that is made, or connected, by the rules of the provider.
   *
   * @throws {AuthError} `identity_unknown`, `credentials_invalid`.
   */
  async authenticate(provider: string, person: FederatedPerson): Promise<Authentication> {
    const { store } = this.#options
    const { settings } = this.#provider(provider)
    const known = (await store.find(person.issuer, person.subject)) ?? (await this.#received(settings, person))
    return this.#authenticationOf(known, settings, person)
  }

  /**
   * As `authenticate`, for whoever is signed in already: nothing is made, and nothing connected.
   *
   * @throws {AuthError} `identity_unknown`, `credentials_invalid`; `federation_failed` where the provider does not say when they showed who they are.
   */
  async authenticateKnown(provider: string, person: FederatedPerson): Promise<Authentication> {
    const { settings } = this.#provider(provider)
    if (person.authenticatedAt === undefined) throw new AuthError('federation_failed', { provider, claim: 'auth_time' })
    const known = await this.#options.store.find(person.issuer, person.subject)
    if (known === undefined) throw unknown(settings, 'not_connected')
    return this.#authenticationOf(known, settings, person)
  }

  /**
   * Connects an identity to the account of somebody who is signed in and has confirmed it.
   *
   * @throws {AuthError} `identity_taken` where it is connected already; `conflict` where there are too many.
   */
  async link(user: string, person: Pick<FederatedPerson, 'issuer' | 'subject' | 'email'>): Promise<void> {
    const outcome = await this.#options.store.link({ identity: this.#identity(user, person), maximum: MAXIMUM_IDENTITIES })
    if (outcome === 'taken') throw new AuthError('identity_taken', { user })
    if (outcome === 'refused') throw new AuthError('conflict', { user, reason: 'too_many_identities' })
  }

  /** By the time they were connected. */
  list(user: string): Promise<readonly FederatedIdentity[]> {
    return this.#options.store.list(user)
  }

  /** @throws {AuthError} `not_found`; `last_way_in` where nothing else would be left to sign in with. */
  async unlink(user: string, identity: string): Promise<void> {
    const outcome = await this.#options.store.unlink(user, identity, this.#options.platform.clock.now())
    if (outcome === 'not_found') throw new AuthError('not_found', { user, identity })
    if (outcome === 'last') throw new AuthError('last_way_in', { user, identity })
  }

  /**
   * Takes a logout token of a provider: the sessions that rest on what it names end, hard. Once that is stored, and as often as it is sent.
   *
   * @returns how many ended.
   * @throws {AuthError} `not_found`; `federation_failed` where the token is not accepted; `provider_unavailable`, `unavailable`: it must be sent again.
   */
  async logout(provider: string, logoutToken: string): Promise<number> {
    const { store, replay, platform, onEnded } = this.#options
    const known = this.#provider(provider)
    const now = platform.clock.now()
    const { jti, subject, sid, expiresAtSeconds } = await known.logout(logoutToken, Math.floor(now / 1000))
    const { issuer } = known.settings
    const id = sha256Base64url(JSON.stringify([issuer, jti]))
    // A copy that somebody kept is not to end what has begun since. Claimed after it was done: who is killed in between is sent it once more.
    if (!(await replay.claim(LOGOUT_SCOPE, `${id} seen`, expiresAtSeconds * 1000)) && !(await this.#isUnfinished(id, expiresAtSeconds)))
      return 0
    const ended = await store.endUpstream({ issuer, subject, sid, at: now })
    await replay.claim(LOGOUT_SCOPE, `${id} done`, expiresAtSeconds * 1000)
    for (const each of ended) onEnded(each)
    return ended.length
  }

  /**
   * Ends, hard, the sessions that rest on what has ended at a provider by its security events (CAEP, RISC). Does not verify those: their receiver has.
   * None end where nobody of that issuer signs in here.
   */
  async endUpstream({ issuer, kind, id, user }: UpstreamEnding): Promise<void> {
    const { providers, store, platform, onEnded } = this.#options
    for (const { settings } of providers) {
      const isMeant = sameIssuer(settings.issuer, issuer) && (kind !== 'client' || settings.clientId === id)
      if (!isMeant) continue
      // Of whom no session there is known it may have been this one: to end too much is the smaller mistake.
      const named =
        kind === 'session' ? { subject: user, sid: id, orUnnamed: true } : { subject: kind === 'user' ? id : undefined, sid: undefined }
      const ended = await store.endUpstream({ issuer: settings.issuer, ...named, at: platform.clock.now() })
      for (const each of ended) onEnded(each)
    }
  }

  /** Seen before, and nobody has said that it was done. */
  #isUnfinished(id: string, expiresAtSeconds: number): Promise<boolean> {
    return this.#options.replay.claim(LOGOUT_SCOPE, `${id} done`, expiresAtSeconds * 1000)
  }

  #provider(id: string): OpenIdProvider {
    const provider = this.#providers.get(id)
    if (provider === undefined) throw new AuthError('not_found', { reason: 'no_provider' })
    return provider
  }

  async #authenticationOf(known: FederatedIdentity, { trustsFactors }: IdentityProvider, person: FederatedPerson): Promise<Authentication> {
    const { store, users, platform } = this.#options
    const { user } = known
    const at = platform.clock.now()
    // Read before the identity is used, so that `open` finds out if it was disconnected in between.
    const password = await users.findPassword(user)
    if (password === undefined || !(await store.use(known.id, at)))
      throw new AuthError('credentials_invalid', { user, reason: 'disconnected' })
    const isMultiFactor = trustsFactors && person.isMultiFactor
    const { issuer, subject, sid, authenticatedAt } = person
    return {
      user,
      passwordGeneration: password.generation,
      amr: isMultiFactor ? [METHOD, 'mfa'] : [METHOD],
      ...(isMultiFactor ? { isMultiFactor } : {}),
      ...(authenticatedAt === undefined ? {} : { authenticatedAt: Math.min(authenticatedAt * 1000, at) }),
      upstream: { issuer, subject, sid },
    }
  }

  /** Somebody whom no account knows yet. */
  async #received(settings: IdentityProvider, person: FederatedPerson): Promise<FederatedIdentity> {
    const { store, users } = this.#options
    const email = addressOf(settings, person)
    if (email === undefined) throw unknown(settings, 'address_not_vouched_for')
    const owner = (await users.findByEmail(email))?.user
    const identity = owner === undefined ? await this.#create(settings, person, email) : await this.#linkByEmail(settings, person, owner)
    // Made by another request of the same person, just now.
    const standing = identity ?? (await store.find(person.issuer, person.subject))
    if (standing === undefined) throw unknown(settings, 'account_exists')
    return standing
  }

  async #create(settings: IdentityProvider, person: FederatedPerson, email: string): Promise<FederatedIdentity | undefined> {
    const { store, platform } = this.#options
    if (!settings.signUp) throw unknown(settings, 'no_sign_up')
    const at = platform.clock.now()
    const user: User = {
      id: newId('usr', platform.random),
      email,
      emailVerifiedAt: at,
      name: nameOf(person),
      status: 'active',
      roles: [],
      groups: [],
      createdAt: at,
      updatedAt: at,
    }
    const identity = this.#identity(user.id, person)
    const making = { operation: 'createUser', target: { kind: 'user', id: user.id }, isQuiet: true }
    const outcome = await actOf(making, () => store.create({ user, identity, jobs: [] }))
    return outcome === 'created' ? identity : undefined
  }

  /**
   * Only where both sides have verified the address: an account whose address nobody has proven may have been made by somebody else, who
   * would then share it with its true owner.
   */
  async #linkByEmail(settings: IdentityProvider, person: FederatedPerson, owner: User): Promise<FederatedIdentity | undefined> {
    if (!settings.linkByEmail || owner.emailVerifiedAt === undefined) throw unknown(settings, 'account_exists')
    const identity = this.#identity(owner.id, person)
    const linking = { operation: 'linkIdentity', target: { kind: 'user', id: owner.id }, isQuiet: true }
    const outcome = await actOf(linking, () => this.#options.store.link({ identity, maximum: MAXIMUM_IDENTITIES }))
    if (outcome === 'refused') throw unknown(settings, 'account_exists')
    return outcome === 'linked' ? identity : undefined
  }

  #identity(user: string, { issuer, subject, email }: Pick<FederatedPerson, 'issuer' | 'subject' | 'email'>): FederatedIdentity {
    const { random, clock } = this.#options.platform
    const shown = email === undefined ? undefined : emailOf(email)
    return { id: newId('fid', random), issuer, subject, user, email: shown, linkedAt: clock.now(), lastUsedAt: undefined }
  }
}

/** The address, if the provider has verified it and may speak for it. */
function addressOf({ domains }: IdentityProvider, { email, isEmailVerified }: FederatedPerson): string | undefined {
  const address = email === undefined || !isEmailVerified ? undefined : emailOf(email)
  if (address === undefined || domains.length === 0) return address
  return domains.includes(address.slice(address.indexOf('@') + 1).toLowerCase()) ? address : undefined
}

/** Somebody else's rules for names are no reason to refuse anybody. */
function nameOf({ name }: FederatedPerson): string | undefined {
  try {
    return checkedName(name)
  } catch (error) {
    if (error instanceof AuthError) return undefined
    throw error
  }
}

/** Both stand in the configuration. Google calls itself with a slash at the end in its events, and without in its ID tokens. */
const sameIssuer = (one: string, other: string): boolean => one.replace(/\/$/, '') === other.replace(/\/$/, '')

const unknown = ({ id }: IdentityProvider, reason: string): AuthError => new AuthError('identity_unknown', { provider: id, reason })
