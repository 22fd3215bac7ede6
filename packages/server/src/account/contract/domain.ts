import type { Platform } from 'countersign/core'
import { ManualClock, newId, systemRandom } from 'countersign/core'
import { keySet, verificationKey } from 'countersign/key'
import type { AccessTokenClaims } from 'countersign/token'
import { verifyAccessToken } from 'countersign/token'
import { GenerationCutoffIndex, isRevoked, ORIGIN } from 'countersign/revocation'
import { MailQueue } from '../../delivery/index.ts'
import { FeedAuthority } from '../../revocation/authority.ts'
import { Publisher } from '../../revocation/publisher.ts'
import { Revocations } from '../../revocation/revocations.ts'
import { AccessTokenIssuer } from '../../session/access-token-issuer.ts'
import { RefreshTokens } from '../../session/refresh-token.ts'
import type { Device } from '../../session/session.ts'
import type { SessionEvent } from '../../session/session-event.ts'
import type { SessionPolicy } from '../../session/session-policy.ts'
import { SessionTokens, type SignedIn } from '../../session/session-tokens.ts'
import { Sessions } from '../../session/sessions.ts'
import { MasterSecret, newMasterSecret } from '../../signing/master-secret.ts'
import { SigningKeys } from '../../signing/signing-keys.ts'
import { openSqliteStore } from '../../store/sqlite/store.ts'
import type { Store } from '../../store/store.ts'
import { Accounts } from '../accounts.ts'
import type { TotpFactors } from '../factor/totp-factors.ts'
import { PasswordHasher } from '../password-hasher.ts'
import { PasswordPolicy } from '../password-policy/index.ts'
import { DeviceTokens, Throttle } from '../throttle/index.ts'
import type { User } from '../user.ts'
import { openFactors } from './factors.ts'

export const ISSUER = 'https://auth.example'
export const PASSWORD = 'correct horse battery'
export const START = 1_800_000_000_000
export const TOKEN_LIFE_SECONDS = 300
export const SKEW_SECONDS = 5

/** argon2id as cheap as it gets: the tests are not about its cost. */
export const cheapCost = { memoryKib: 64, passes: 1, parallelism: 1 } as const

export const signInLimits = {
  signInAttempts: 5,
  signInAddressAttempts: 100,
  signInAttemptsPerMinute: 1200,
  signInWaitSeconds: 900,
} as const

export const device = (userAgent: string | undefined = 'curl/8.5.0'): Device => ({ name: undefined, userAgent, address: '192.0.2.1' })

export interface DomainOptions {
  readonly store?: Store
  readonly policy?: Partial<SessionPolicy>
  readonly secret?: string
  readonly rotationIntervalSeconds?: number
  readonly roleScopes?: Readonly<Record<string, readonly string[]>>
  /** Waits here between the password check and the opening of the session. */
  readonly beforeOpen?: () => Promise<void>
}

/** All domains on one store and one clock, for tests. */
export interface Domain {
  readonly clock: ManualClock
  readonly platform: Platform
  readonly store: Store
  readonly keys: SigningKeys
  readonly accounts: Accounts
  readonly factors: TotpFactors
  readonly sessions: Sessions
  readonly revocations: Revocations
  readonly authority: FeedAuthority
  readonly publisher: Publisher
  readonly events: readonly SessionEvent[]
  /** The same accounts behind another hasher. */
  accountsWith(hasher: PasswordHasher): Accounts
  /** A user with `PASSWORD`. */
  addUser(email?: string, roles?: readonly string[]): Promise<User>
  signIn(email?: string, userAgent?: string): Promise<SignedIn>
  claimsOf(signedIn: SignedIn): AccessTokenClaims
  /** What a verifier that has applied the whole log says of the access token. */
  isRevoked(signedIn: SignedIn): Promise<boolean>
}

export const openStore = (path: string = ':memory:'): Promise<Store> =>
  openSqliteStore({ path, cutoffLifeMs: (TOKEN_LIFE_SECONDS + SKEW_SECONDS) * 1000 })

export async function openDomain(options: DomainOptions = {}): Promise<Domain> {
  const clock = new ManualClock(START)
  const platform: Platform = { clock, random: systemRandom, fetch: () => Promise.reject(new Error('no network')) }
  const store = options.store ?? (await openStore())
  const secret = MasterSecret.parse(options.secret ?? newMasterSecret(systemRandom))
  const lives = { tokenLifeSeconds: TOKEN_LIFE_SECONDS, clockSkewSeconds: SKEW_SECONDS }
  const schedule = options.rotationIntervalSeconds === undefined ? {} : { rotationIntervalSeconds: options.rotationIntervalSeconds }
  const keys = await SigningKeys.open({ store: store.keys, secret, platform, algorithm: 'ES256', ...lives, ...schedule })
  const { roleScopes = {}, policy = {}, beforeOpen = () => Promise.resolve() } = options
  const access = new AccessTokenIssuer({ issuer: ISSUER, audience: [ISSUER], keys, platform, lifeSeconds: TOKEN_LIFE_SECONDS, roleScopes })
  const tokens = new SessionTokens(access, new RefreshTokens(secret))
  const devices = new DeviceTokens(secret, platform)
  const guard = new Throttle({ store: store.throttle, users: store.users, devices, secret, limits: signInLimits, platform })
  const mail = new MailQueue({ store: store.deliveries, isAvailable: false })
  const accountsWith = (hasher: PasswordHasher): Accounts =>
    new Accounts({ store: store.users, hasher, policy: new PasswordPolicy(), tokens, guard, mail, platform })
  const accounts = accountsWith(await PasswordHasher.open({ cost: cheapCost }))
  const authenticator = {
    requireRoom: () => accounts.requireRoom(),
    async authenticate(email: string, password: string) {
      const authentication = await accounts.authenticate(email, password)
      await beforeOpen()
      return authentication
    },
  }
  const events: SessionEvent[] = []
  const onEvent = (event: SessionEvent): void => void events.push(event)
  const { secondFactors, factors } = openFactors(store, { secret, platform })
  const sessions = new Sessions({
    store: store.sessions,
    authenticator,
    factors: secondFactors,
    tokens,
    guard,
    devices,
    platform,
    policy,
    onEvent,
  })
  const authority = new FeedAuthority({ issuer: ISSUER, log: store.log, keys, platform })
  const verified = ({ accessToken }: SignedIn) => {
    const published = keySet(keys.published('access-token').map(verificationKey))
    const expect = { issuer: ISSUER, audience: ISSUER, algorithms: ['ES256'], now: Math.floor(clock.now() / 1000) } as const
    return verifyAccessToken(accessToken, published, expect)
  }
  return {
    clock,
    platform,
    store,
    keys,
    accounts,
    factors,
    sessions,
    revocations: new Revocations({ log: store.log, keys, platform }),
    authority,
    publisher: new Publisher({ log: store.log, authority, platform }),
    events,
    accountsWith,
    addUser: (email = 'ann@example.org', roles = []) => accounts.signUp({ email, password: PASSWORD, roles }),
    signIn: (email = 'ann@example.org', userAgent) => sessions.signIn({ email, password: PASSWORD, device: device(userAgent) }),
    claimsOf: (signedIn) => verified(signedIn).claims,
    async isRevoked(signedIn) {
      const index = new GenerationCutoffIndex()
      for (const entry of await store.log.keptAfter(ORIGIN, 10_000)) if (entry.expiresAt > clock.now()) index.apply(entry)
      const { claims, keyId } = verified(signedIn)
      const { iss: issuer, client_id: client, roles = [], groups = [], sub: user, sid: session, jti: tokenId, rev = 0 } = claims
      return isRevoked(index, { issuer, client, roles, groups, user, session, tokenId, keyId, rev })
    },
  }
}

/** An id of the right form that nothing has. */
export const strangeId = (prefix: string): string => newId(prefix, systemRandom)
