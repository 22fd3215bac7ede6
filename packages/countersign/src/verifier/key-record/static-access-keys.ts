import { encodeBase64url, type EpochSeconds } from '../../core/index.ts'
import { ORIGIN, type Position } from '../../revocation/index.ts'
import {
  awsProvider,
  csgnProvider,
  deriveHawkKey,
  deriveMessageDayKey,
  deriveRequestJwtKey,
  deriveSigningKey,
  type SigV4Provider,
  sigV4Provider,
} from '../../signature/index.ts'
import type { AccessKeyQuestion, AccessKeySource } from './access-key-source.ts'

/** A key that this process knows by itself. */
export interface StaticAccessKey {
  readonly id: string
  /** Of the two, one: the secret of an HMAC key, or the public JWK. */
  readonly secret?: string
  readonly publicJwk?: Readonly<Record<string, unknown>>
  /** Of the two, one. */
  readonly user?: string
  readonly service?: string
  readonly scope?: readonly string[]
  readonly roles?: readonly string[]
  readonly groups?: readonly string[]
  readonly addresses?: readonly string[]
  readonly windowSeconds?: number
  readonly expiresAt?: EpochSeconds
  readonly session?: string
  readonly sessionTokenHash?: string
  readonly successor?: string
  readonly rotateBy?: EpochSeconds
}

export interface StaticAccessKeysOptions {
  /** Asked each time, so that the list may change. */
  readonly find: (id: string) => StaticAccessKey | undefined
  /** The position of the log that `find` has seen. Default 0: then a cut-off that concerns a key ends it for as long as the log remembers. */
  readonly rev?: () => Position
  /** Dialects of SigV4 beside Amazon's and our own. */
  readonly providers?: readonly SigV4Provider[]
}

const DEFAULT_WINDOW_SECONDS = 120

/** Access keys without a server to ask: for programs that bring their own, and for tests. */
export function staticAccessKeys({ find, rev = () => ORIGIN, providers = [] }: StaticAccessKeysOptions): AccessKeySource {
  const known = [awsProvider, csgnProvider, ...providers]
  return {
    async lookUp(question) {
      // First, as the issuer does: what is read afterwards is at least as new.
      const position = rev()
      const key = find(question.id)
      // A secret signs nothing once.
      if (key === undefined || (question.form === 'one-time' && key.secret !== undefined)) return undefined
      return documentOf(key, position, question, known)
    },
  }
}

function documentOf(key: StaticAccessKey, rev: Position, question: AccessKeyQuestion, providers: readonly SigV4Provider[]): unknown {
  const { id, secret, publicJwk, user, service, scope = [], roles = [], groups = [], addresses = [] } = key
  return {
    id,
    kind: publicJwk === undefined ? 'hmac' : 'public',
    subject: user ?? service,
    user,
    service,
    scope,
    roles,
    groups,
    addresses,
    window_seconds: key.windowSeconds ?? DEFAULT_WINDOW_SECONDS,
    expires_at: key.expiresAt,
    rev,
    session: key.session,
    successor: key.successor,
    rotate_by: key.rotateBy,
    session_token_hash: key.sessionTokenHash,
    keys: secret === undefined ? { public: publicJwk } : derived(secret, question, providers),
  }
}

function derived(secret: string, { form, day = '', scope }: AccessKeyQuestion, providers: readonly SigV4Provider[]): unknown {
  if (form === 'hawk') return { hawk: { key: deriveHawkKey(secret) } }
  if (form === 'jwt') return { jwt: { key: encodeBase64url(deriveRequestJwtKey(secret)) } }
  if (form === 'http-message') return { http_message: { day, key: encodeBase64url(deriveMessageDayKey(secret, day)) } }
  const { region = '', service = '', provider: name = '' } = scope ?? {}
  const provider = providers.find((each) => providerName(each) === name) ?? sigV4Provider(name)
  return { sigv4: { ...scope, day, key: encodeBase64url(deriveSigningKey(secret, { date: day, region, service, provider })) } }
}

/** The first of a dialect's two names, by which the issuer knows it. */
export const providerName = ({ terminator }: SigV4Provider): string => terminator.slice(0, terminator.lastIndexOf('4_request'))
