import * as z from 'zod'
import { encryptTo, narrowed } from '../../../credential/index.ts'
import { exchangedBy } from '../../access-key-caller.ts'
import { showTemporaryCredential } from '../../access-key-representation.ts'
import { publicKey, scope, temporaryCredentialSchema } from '../../access-key-schema.ts'
import { json } from '../../answer.ts'
import { InvalidRequest } from '../../field-error.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { displayName, roles } from '../../schema.ts'

const TWELVE_HOURS = 43_200

export const createTemporaryCredential: Operation = defineRoute({
  operationId: 'createTemporaryCredential',
  method: 'POST',
  path: '/v1/temporary-credentials',
  summary:
    'Exchange a session, or an access key, for a temporary access key, or an access key for an access token: no more than the caller has.',
  authority: 'exchange',
  takesKeys: true,
  body: z.strictObject({
    type: z.enum(['access_key', 'token']).default('access_key'),
    duration_seconds: z.int().min(60).max(TWELVE_HOURS).default(3600),
    name: displayName.optional(),
    scope: scope.optional(),
    roles: roles.optional(),
    deliver_to: publicKey.optional(),
  }),
  responses: {
    201: { description: 'A temporary key, or a token; it ends with what it was made from.', schema: temporaryCredentialSchema },
  },
  async handle({ body, caller }, services) {
    const exchanged = await exchangedBy(caller, services)
    const { duration_seconds: lifeSeconds, deliver_to: recipient, type, ...wish } = body
    if (type === 'token') {
      if (exchanged.kind === 'session') throw wrong('/type', 'must be access_key: a session has its access tokens')
      if (recipient !== undefined) throw wrong('/deliver_to', 'is for access keys only')
      const key = { ...exchanged.key, ...narrowed(exchanged.ground, wish) }
      const { accessToken, expiresInSeconds } = await services.accessTokens.issueForKey(key, lifeSeconds)
      return json(201, { access_token: accessToken, token_type: 'Bearer', expires_in: expiresInSeconds })
    }
    const encrypt = recipient && (await encryptTo(recipient))
    const credential = await services.temporaryCredentials.issue(exchanged.ground, { lifeSeconds, ...wish })
    return json(201, await showTemporaryCredential(credential, encrypt))
  },
})

const wrong = (pointer: string, detail: string): InvalidRequest => new InvalidRequest([{ pointer, detail }])
