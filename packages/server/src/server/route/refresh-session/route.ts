import * as z from 'zod'
import { answerSignedIn, presentedRefresh } from '../../browser/index.ts'
import { deviceOf } from '../../device.ts'
import { InvalidRequest } from '../../field-error.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { secretText, signedInAnswerSchema } from '../../schema.ts'

/** Printable ASCII, bounded: it is only ever hashed and compared. */
const idempotencyKeyForm = /^[\x21-\x7e]{1,255}$/

/** @throws {AuthError} `request_invalid`. */
export function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.headers.get('idempotency-key') ?? undefined
  if (key !== undefined && !idempotencyKeyForm.test(key)) {
    throw new InvalidRequest([{ pointer: '', detail: 'the header Idempotency-Key must have 1 to 255 printable characters without spaces' }])
  }
  return key
}

export const refreshSession: Operation = defineRoute({
  operationId: 'refreshSession',
  method: 'POST',
  path: '/v1/sessions/refresh',
  summary:
    'Exchange a refresh token. With an `Idempotency-Key` header a retry gets the same successor. A session that is bound to a key needs a `DPoP` header. Without a token in the body it is that of the cookie, with `X-CSRF-Token`, and the answer sets cookies.',
  authority: 'public',
  body: z.strictObject({ refresh_token: secretText.optional() }),
  responses: { 200: { description: 'A new access token and the successor of the refresh token.', schema: signedInAnswerSchema } },
  async handle({ body, request, client }, services) {
    const { sessions, proofs } = services
    const { refreshToken, transport } = presentedRefresh(request, body.refresh_token, services)
    const device = deviceOf(request, client, undefined)
    const idempotencyKey = idempotencyKeyOf(request)
    const dpopKey = await proofs.keyOf(request)
    const signedIn = await sessions.refresh({
      refreshToken,
      device,
      dpopKey,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    })
    return answerSignedIn(signedIn, { status: 200, transport }, services)
  },
})
