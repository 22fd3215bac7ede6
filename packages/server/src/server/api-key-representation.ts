import { type EpochMs, toEpochSeconds } from 'countersign/core'
import type { CallerKey, IssuedApiKey, LivingApiKey } from '../credential/index.ts'

/** API keys as the API shows them (`api-key-schema.ts` describes the same shapes). */

type Shown = Readonly<Record<string, unknown>>

const moment = (at: EpochMs): string => new Date(at).toISOString()
const momentOrNull = (at: EpochMs | undefined): string | null => (at === undefined ? null : moment(at))

export function showApiKey({ id, owner, settings, successor, createdAt, expiresAt, lastUsedAt }: CallerKey): Shown {
  return {
    id,
    name: settings.name,
    environment: settings.environment ?? 'live',
    user: owner.kind === 'user' ? owner.id : null,
    service: owner.kind === 'service' ? owner.id : null,
    scope: settings.scope,
    roles: settings.roles ?? [],
    addresses: settings.addresses,
    rate_limit: settings.rateLimit ?? null,
    tags: settings.tags ?? [],
    status: settings.disabled === true ? 'disabled' : 'active',
    successor: successor ?? null,
    created_at: moment(createdAt),
    expires_at: momentOrNull(expiresAt),
    last_used_at: momentOrNull(lastUsedAt),
  }
}

export const showIssuedApiKey = ({ key, text }: IssuedApiKey): Shown => ({ api_key: showApiKey(key), key: text })

/** For verifiers: times in seconds since 1970, and nothing where there is nothing. */
export function showApiKeyRecord({ key, rev, subject, roles, scope, hash }: LivingApiKey): Shown {
  const { settings, owner, expiresAt } = key
  return {
    id: key.id,
    subject: subject.id,
    [owner.kind]: owner.id,
    scope,
    roles,
    groups: subject.groups,
    addresses: settings.addresses,
    ...(settings.rateLimit && { rate_limit: settings.rateLimit }),
    ...(expiresAt === undefined ? {} : { expires_at: toEpochSeconds(expiresAt) }),
    rev,
    hash,
  }
}
