import * as z from 'zod'
import { CHALLENGE_SECONDS } from '../../../credential/index.ts'
import { json } from '../../answer.ts'
import { challengeSchema } from '../../device-key-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { userId } from '../../schema.ts'

export const createChallenge: Operation = defineRoute({
  operationId: 'createChallenge',
  method: 'POST',
  path: '/v1/challenges',
  summary: 'Ask for a challenge: for a device that is enrolled, or, without `device_key_id`, to enrol one. Good once.',
  authority: 'public',
  body: z.strictObject({ device_key_id: userId.optional() }),
  responses: { 201: { description: 'A challenge, whether there is such a device or not.', schema: challengeSchema } },
  handle({ body }, { deviceKeys, platform }) {
    const expiresAt = platform.clock.now() + CHALLENGE_SECONDS * 1000
    const challenge = deviceKeys.challenge(body.device_key_id)
    return json(201, { challenge, expires_in: CHALLENGE_SECONDS, expires_at: new Date(expiresAt).toISOString() })
  },
})
