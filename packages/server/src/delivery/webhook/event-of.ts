import { isApiKeyId } from 'countersign/core'
import { isForeignId, type PlacedEntry } from 'countersign/revocation'
import type { Cause, Occurrence } from '../event-log.ts'
import type { WebhookEventType } from './event-type.ts'
import type { WebhookEvent } from './webhook-event.ts'

type Told = readonly [type: WebhookEventType, data: Readonly<Record<string, unknown>>]

/** What an entry of the log means to endpoints: every entry means something. The id follows from the place in the log, so that it is the same whoever copies it. */
export function webhookEventOf({ entry, cause }: Occurrence): WebhookEvent {
  const [type, data] = told(entry, cause)
  const reason = cause.reason === undefined ? {} : { reason: cause.reason }
  return { id: `evt_log_${entry.position}`, type, at: entry.at, data: { ...data, ...reason } }
}

function told(entry: PlacedEntry, cause: Cause): Told {
  const { kind, target } = entry
  if (kind === 'credential') return ['service.removed', { service: target.id }]
  if (kind === 'epoch') return ['log.restarted', {}]
  if (kind === 'keyset') return ['signing_keys.changed', {}]
  if (isForeignId(target.id)) return ['security_event.received', { target: { kind: target.kind, id: target.id } }]
  return cutOff(entry, cause)
}

function cutOff({ target: { kind, id }, mode }: PlacedEntry, cause: Cause): Told {
  const isHard = mode === 'hard'
  switch (kind) {
    case 'user':
      return ofUser(id, isHard, cause)
    case 'session':
      return ofSession(id, isHard, cause)
    case 'client':
      return ofClient(id, isHard)
    case 'everyone':
      return [isHard ? 'everyone.signed_out' : 'everyone.tokens_revoked', {}]
    case 'issuer':
      return ['issuer.revoked', { issuer: id === '' ? null : id }]
    case 'key':
      return ['signing_key.revoked', { kid: id }]
    case 'token':
      return ['token.revoked', { token: id }]
    case 'role':
      return ['role.tokens_revoked', { role: id }]
    case 'group':
      return ['group.tokens_revoked', { group: id }]
  }
}

function ofUser(user: string, isHard: boolean, { credential, change, elevation, claims, reason }: Cause): Told {
  if (credential !== undefined) return ['user.credential_changed', { user, credential, change: change ?? 'update', signed_out: isHard }]
  // Only its beginning has a reason.
  if (elevation !== undefined)
    return [reason === undefined ? 'elevation.ended' : 'elevation.started', { user, elevation, roles: claims?.['roles'] ?? [] }]
  if (claims !== undefined) return ['user.updated', { user, claims, signed_out: isHard }]
  return [isHard ? 'user.signed_out' : 'user.tokens_revoked', { user }]
}

function ofSession(session: string, isHard: boolean, { user, theft }: Cause): Told {
  const data = { session, user: user ?? null }
  if (theft === true) return ['session.stolen', data]
  return [isHard ? 'session.ended' : 'session.tokens_revoked', data]
}

/** A client is who presents a credential of its own: the keys that we issue, or an application. */
function ofClient(client: string, isHard: boolean): Told {
  if (isApiKeyId(client)) return [isHard ? 'api_key.ended' : 'api_key.changed', { key: client }]
  if (client.startsWith('CSK')) return [isHard ? 'access_key.ended' : 'access_key.changed', { key: client }]
  return ['client.revoked', { client, signed_out: isHard }]
}
