import * as z from 'zod'
import { defineRoute, type Operation } from '../../route.ts'

/** 128 random bits at least, base64url. */
const nonce = z
  .string()
  .min(22)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/)

export const answerFeedChallenge: Operation = defineRoute({
  operationId: 'answerFeedChallenge',
  method: 'POST',
  path: '/v1/feed/challenge',
  summary: 'Ask where the log ends now: a heartbeat, signed for the nonce, by which no clock but the asking one has to be believed.',
  authority: 'service',
  body: z.strictObject({ nonce }),
  responses: { 200: { description: 'A compact JWS of type `cs-feed+jwt` that carries the nonce.', contentType: 'application/jwt' } },
  async handle({ body }, { feedAuthority }) {
    const { compact } = await feedAuthority.answer(body.nonce)
    return new Response(compact, { headers: { 'content-type': 'application/jwt' } })
  },
})
