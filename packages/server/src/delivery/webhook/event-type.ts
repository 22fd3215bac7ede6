/** Everything that endpoints are told of, and when. What stands in `data` is described by the schemas of `server/webhook-event-schema.ts`. */
export const webhookEventTypes = {
  'user.created': 'An account was made.',
  'user.updated': 'Claims of a user have changed: roles, groups, the e-mail address.',
  'user.credential_changed': 'A password, authenticator app, passkey or set of recovery codes was set, replaced or removed.',
  'user.signed_out': 'All sessions of a user have ended: by an operator, by suspension, or since the user asked for it.',
  'user.tokens_revoked': 'The access tokens of a user were revoked; the sessions go on.',
  'session.created': 'Somebody has signed in.',
  'session.ended': 'A session has ended.',
  'session.stolen': 'A session was ended because its refresh token was in two hands.',
  'session.tokens_revoked': 'The access tokens of a session were revoked; the session goes on.',
  'elevation.started': 'A user was given a role for a while.',
  'elevation.ended': 'A role for a while has ended.',
  'api_key.changed': 'An API key may do something else than before, or was replaced.',
  'api_key.ended': 'An API key is no longer good.',
  'access_key.changed': 'An access key may do something else than before, or was replaced.',
  'access_key.ended': 'An access key is no longer good.',
  'client.revoked': 'What was issued to a client was revoked.',
  'service.removed': 'A service credential was removed.',
  'signing_keys.changed': 'The set of published keys has changed.',
  'signing_key.revoked': 'A signing key was revoked, with all that it has signed.',
  'token.revoked': 'One access token was revoked.',
  'role.tokens_revoked':
    'The access tokens of all who have a role were revoked; `reason` is `role_changed` when it brings something else now.',
  'group.tokens_revoked': 'The access tokens of all members of a group were revoked.',
  'issuer.revoked': 'What an issuer has issued was revoked.',
  'everyone.signed_out': 'All sessions have ended.',
  'everyone.tokens_revoked': 'All access tokens were revoked; the sessions go on.',
  'log.restarted': 'The log has begun anew behind a restored backup.',
  'security_event.received': 'Another issuer has told of something, by which what it had issued was revoked here.',
  'webhook_endpoint.disabled': 'An endpoint was disabled, since nothing could be delivered to it.',
  'webhook.events_lost': 'The log had forgotten events before they were told: no server was running.',
  'webhook.test': 'Sent to try an endpoint.',
} as const

export type WebhookEventType = keyof typeof webhookEventTypes

export const webhookEventNames: readonly WebhookEventType[] = Object.freeze(
  // The names of the very table, so the cast holds.
  Object.keys(webhookEventTypes) as WebhookEventType[],
)
