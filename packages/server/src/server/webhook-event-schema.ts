import * as z from 'zod'
import { type WebhookEventType, webhookEventTypes } from '../delivery/index.ts'

/** What stands in `data` of each event, beside the `reason` that an operator may have given. Members may be added; none goes or changes its meaning. */
const id = z.string()
const reason = { reason: z.string().optional() }
const isHard = { signed_out: z.boolean() }
const session = { session: id, user: id.nullable(), ...reason }
const elevation = { user: id, elevation: id, roles: z.array(z.string()), ...reason }
const key = { key: id, ...reason }

const data: Readonly<Record<WebhookEventType, z.ZodRawShape>> = {
  'user.created': { user: id },
  'user.updated': { user: id, claims: z.record(z.string(), z.array(z.string())), ...isHard, ...reason },
  'user.credential_changed': {
    user: id,
    credential: z.enum(['password', 'app', 'fido2-platform', 'fido2-roaming', 'recovery-code', 'identity']),
    change: z.enum(['create', 'update', 'delete']),
    ...isHard,
    ...reason,
  },
  'user.signed_out': { user: id, ...reason },
  'user.tokens_revoked': { user: id, ...reason },
  'session.created': { session: id, user: id, client: z.string() },
  'session.ended': session,
  'session.stolen': session,
  'session.tokens_revoked': session,
  'elevation.started': elevation,
  'elevation.ended': elevation,
  'api_key.changed': key,
  'api_key.ended': key,
  'access_key.changed': key,
  'access_key.ended': key,
  'client.revoked': { client: id, ...isHard, ...reason },
  'service.removed': { service: id, ...reason },
  'signing_keys.changed': { ...reason },
  'signing_key.revoked': { kid: id, ...reason },
  'token.revoked': { token: id, ...reason },
  'role.tokens_revoked': { role: id, ...reason },
  'group.tokens_revoked': { group: id, ...reason },
  'issuer.revoked': { issuer: z.string().nullable(), ...reason },
  'everyone.signed_out': { ...reason },
  'everyone.tokens_revoked': { ...reason },
  'log.restarted': { ...reason },
  'security_event.received': { target: z.strictObject({ kind: z.string(), id }), ...reason },
  'webhook_endpoint.disabled': { endpoint: id, reason: z.enum(['gone', 'failed_for_days']) },
  'webhook.events_lost': {},
  'webhook.test': { endpoint: id },
}

const schemaOf = (type: WebhookEventType): z.ZodType =>
  z.strictObject({
    /** The same as in `webhook-id`. */
    id: z.string(),
    type: z.literal(type),
    timestamp: z.iso.datetime(),
    data: z.strictObject(data[type]),
  })

/** The whole body, by event type. */
export const webhookEventSchemas: Readonly<Record<WebhookEventType, z.ZodType>> = Object.freeze(
  // One for each name of the table, so the cast holds.
  Object.fromEntries(Object.keys(webhookEventTypes).map((type) => [type, schemaOf(type as WebhookEventType)])) as Record<
    WebhookEventType,
    z.ZodType
  >,
)
