import { type EpochMs, toEpochSeconds } from 'countersign/core'
import {
  type CallerKey,
  DEFAULT_WINDOW_SECONDS,
  deriveKeys,
  type Encrypt,
  type IssuedAccessKey,
  isTemporary,
  type KeyRecord,
  storedPublicKey,
  type TemporaryCredential,
} from '../credential/index.ts'

/** Access keys as the API shows them (`access-key-schema.ts` describes the same shapes). */

type Shown = Readonly<Record<string, unknown>>

const moment = (at: EpochMs): string => new Date(at).toISOString()
const momentOrNull = (at: EpochMs | undefined): string | null => (at === undefined ? null : moment(at))

export function showAccessKey(key: CallerKey): Shown {
  const { id, kind, owner, settings, material } = key
  return {
    id,
    kind,
    name: settings.name,
    user: owner.kind === 'user' ? owner.id : null,
    service: owner.kind === 'service' ? owner.id : null,
    scope: settings.scope,
    roles: settings.roles ?? null,
    addresses: settings.addresses,
    window_seconds: settings.windowSeconds ?? DEFAULT_WINDOW_SECONDS,
    status: settings.disabled === true ? 'disabled' : 'active',
    public_key: kind === 'public' ? storedPublicKey(material) : null,
    temporary: isTemporary(key),
    session: key.session ?? null,
    parent: key.parent ?? null,
    successor: key.successor ?? null,
    created_at: moment(key.createdAt),
    expires_at: momentOrNull(key.expiresAt),
    rotate_by: momentOrNull(settings.rotateBy),
    rotate_every_seconds: settings.rotateEverySeconds ?? null,
  }
}

/** With its secrets, in clear or for their recipient alone. */
export async function showIssuedAccessKey(
  { key, secret }: IssuedAccessKey,
  derived: readonly ('hawk' | 'jwt')[],
  encrypt: Encrypt | undefined,
): Promise<Shown> {
  const access_key = showAccessKey(key)
  if (secret === undefined) return { access_key }
  const { hawk, jwt } = deriveKeys(secret, { forms: derived, day: undefined, scope: undefined })
  const derivedKeys = { ...(hawk && { hawk: hawk.key }), ...(jwt && { jwt: jwt.key }) }
  const secrets = { secret_access_key: secret, ...(derived.length === 0 ? {} : { derived_keys: derivedKeys }) }
  if (encrypt === undefined) return { access_key, ...secrets }
  return { access_key, encrypted: await encrypt({ access_key_id: key.id, ...secrets }) }
}

/** As Amazon's tools name them. */
export async function showTemporaryCredential(credential: TemporaryCredential, encrypt: Encrypt | undefined): Promise<Shown> {
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = credential
  const known = { access_key_id: accessKeyId, expiration: moment(expiresAt) }
  const whole = { ...known, secret_access_key: secretAccessKey, session_token: sessionToken }
  return encrypt === undefined ? whole : { ...known, encrypted: await encrypt(whole) }
}

/** For verifiers: times in seconds since 1970, and nothing where there is nothing. */
export function showKeyRecord({ key, rev, subject, roles, scope, sessionTokenHash, keys }: KeyRecord): Shown {
  const { settings, session, successor, expiresAt } = key
  const { httpMessage, ...others } = keys
  const optional = {
    [key.owner.kind]: key.owner.id,
    expires_at: expiresAt === undefined ? undefined : toEpochSeconds(expiresAt),
    session,
    successor,
    rotate_by: settings.rotateBy === undefined ? undefined : toEpochSeconds(settings.rotateBy),
    session_token_hash: sessionTokenHash,
  }
  return {
    id: key.id,
    kind: key.kind,
    subject: subject.id,
    scope,
    roles,
    groups: subject.groups,
    addresses: settings.addresses,
    window_seconds: settings.windowSeconds ?? DEFAULT_WINDOW_SECONDS,
    rev,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    keys: { ...others, ...(httpMessage && { http_message: httpMessage }) },
  }
}
