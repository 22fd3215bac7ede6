import type { AuthError } from 'countersign/core'
import type { Actor, ActTarget } from '../audit/index.ts'
import type { Caller } from './caller.ts'
import type { RouteFacts } from './route.ts'

/**
 * What changes nothing that anybody would ask about later, though it is no GET: questions, first halves of what a second one completes, what services
 * send and fetch by themselves, and tokens that are exchanged for others (`refreshSession` among them: its thefts are recorded).
 * Everything else has a record.
 */
const unrecorded: ReadonlySet<string> = new Set([
  'refreshSession',
  'exchangeToken',
  'introspectToken',
  'lookUpAccessKey',
  'lookUpApiKey',
  'reportApiKeyUses',
  'createVerifierReport',
  'answerFeedChallenge',
  'answerChallenge',
  'pollSecurityEvents',
  'createChallenge',
  'createPasskeyChallenge',
  'createOwnPasskeyChallenge',
  'startOpaqueRegistration',
  'startOpaqueSignIn',
  'requestPasswordReset',
  'requestMagicLink',
  'requestEmailVerification',
  'showLink',
  'enrolTotp',
  'enrolPasskey',
  'testTrustRules',
  'previewRevocation',
  'verifyAuditEvents',
])

export const isAct = ({ method, operationId }: Pick<RouteFacts, 'method' | 'operationId'>): boolean =>
  method !== 'GET' && !unrecorded.has(operationId)

/** Ways in. What opens no session is a step on the way, and has no record unless somebody is turned away. */
const entrances: ReadonlySet<string> = new Set(['signIn', 'confirmMagicLink', 'confirmOpaqueSignIn', 'authenticateAgain'])

export const isEntrance = (operation: string): boolean => entrances.has(operation)

/** What the last parameter of a path is the id of, by the word before it. */
const kinds: Readonly<Record<string, string>> = {
  users: 'user',
  'lease-users': 'user',
  leases: 'lease',
  elevations: 'elevation',
  passkeys: 'passkey',
  identities: 'identity',
  grants: 'grant',
  sessions: 'session',
  services: 'service',
  'signing-keys': 'signing_key',
  'access-keys': 'access_key',
  'api-keys': 'api_key',
  'device-keys': 'device_key',
  clients: 'client',
  'client-invitations': 'client_invitation',
  roles: 'role',
  'trust-rules': 'trust_rule',
  'webhook-endpoints': 'webhook_endpoint',
  'webhook-deliveries': 'webhook_delivery',
  streams: 'stream',
  federation: 'identity_provider',
}

/** What people hold by themselves. */
const FIRST_PARTY = 'first-party'

/** What an operation is about, as far as its address says so; of what people do for themselves: themselves. */
export function targetOf(
  { path, authority }: RouteFacts,
  parameters: Readonly<Record<string, string>>,
  actor: Actor,
): ActTarget | undefined {
  const segments = path.split('/')
  const at = segments.findLastIndex((segment) => segment.startsWith('{'))
  const kind = kinds[segments[at - 1] ?? '']
  const id = parameters[segments[at]?.slice(1, -1) ?? '']
  if (kind !== undefined && id !== undefined) return { kind, id }
  return authority === 'session' && actor.kind === 'user' && actor.id !== undefined ? { kind: 'user', id: actor.id } : undefined
}

export function actorOf(caller: Caller): Actor {
  switch (caller.kind) {
    case 'anyone':
    case 'local':
      return { kind: caller.kind }
    case 'service':
      return { kind: 'service', id: caller.service.id }
    case 'access_key':
      return { kind: 'client', id: caller.key.key.id }
    case 'principal': {
      const { user, session, subject, client, actor } = caller.principal
      if (user === undefined) return { kind: 'client', id: subject }
      const by = actor ?? (client === FIRST_PARTY ? undefined : client)
      return { kind: 'user', id: user, ...(session === undefined ? {} : { session }), ...(by === undefined ? {} : { by }) }
    }
  }
}

/** Who was turned away although they had proved who they are. */
export function actorOfRefusal({ detail }: AuthError): Actor {
  const { subject } = detail
  if (typeof subject !== 'string') return { kind: 'anyone' }
  return { kind: subject.startsWith('usr_') ? 'user' : 'client', id: subject }
}
