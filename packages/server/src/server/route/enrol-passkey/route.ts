import { AuthError } from 'countersign/core'
import { json } from '../../answer.ts'
import { creationOptionsSchema } from '../../passkey-schema.ts'
import { recentSession } from '../../recent-sign-in.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const enrolPasskey: Operation = defineRoute({
  operationId: 'enrolPasskey',
  method: 'POST',
  path: '/v1/me/factors/passkeys',
  summary:
    'Begin to use a passkey (WebAuthn): options for `navigator.credentials.create`, good for five minutes and once, in this session. Takes a sign-in or step-up of the last five minutes.',
  authority: 'session',
  enrols: true,
  responses: { 201: { description: 'Options for the browser. Nothing has changed yet.', schema: creationOptionsSchema } },
  async handle({ caller }, services) {
    const { accounts, passkeys } = services
    const { user: id, session } = await recentSession(caller, services)
    const user = await accounts.find(id)
    if (user === undefined) throw new AuthError('not_found', { user: id })
    return json(201, { options: await passkeys.begin(user, session) })
  },
})
