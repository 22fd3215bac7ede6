import * as z from 'zod'
import { json } from '../../answer.ts'
import { challengeText, deviceTokenSchema, signatureText } from '../../device-key-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const answerChallenge: Operation = defineRoute({
  operationId: 'answerChallenge',
  method: 'POST',
  path: '/v1/challenges/answers',
  summary:
    'Answer a challenge with the signature of an enrolled device, for a short-lived access token that is bound to its key (RFC 9449).',
  authority: 'public',
  body: z.strictObject({ challenge: challengeText, signature: signatureText }),
  responses: {
    201: { description: 'A token that is worth nothing without the key. It ends with the device key.', schema: deviceTokenSchema },
  },
  async handle({ body }, { deviceKeys, accessTokens, config }) {
    const { key, thumbprint } = await deviceKeys.answer(body.challenge, body.signature)
    const { accessToken, expiresInSeconds } = await accessTokens.issueForKey(key, config.accessTokenSeconds, thumbprint)
    return json(201, { access_token: accessToken, token_type: 'DPoP', expires_in: expiresInSeconds, scope: key.scope.join(' ') })
  },
})
