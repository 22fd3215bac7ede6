import { json } from '../../answer.ts'
import { ownSession } from '../../caller.ts'
import { requestOptionsSchema } from '../../passkey-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const createOwnPasskeyChallenge: Operation = defineRoute({
  operationId: 'createOwnPasskeyChallenge',
  method: 'POST',
  path: '/v1/me/passkey-challenges',
  summary: 'Options for `navigator.credentials.get`, to prove in this session who you are, by one of your passkeys.',
  authority: 'session',
  enrols: true,
  responses: {
    201: { description: 'Options for the browser, good for five minutes and once, in this session.', schema: requestOptionsSchema },
  },
  async handle({ caller }, { passkeySignIn }) {
    return json(201, { options: await passkeySignIn.ownOptions(ownSession(caller)) })
  },
})
