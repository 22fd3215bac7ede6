import * as z from 'zod'
import { json } from '../../answer.ts'
import { deviceOf } from '../../device.ts'
import { factorOf, factorProof } from '../../factor-schema.ts'
import { showSignedIn } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { displayName, email, password, signedInSchema } from '../../schema.ts'

export const signIn: Operation = defineRoute({
  operationId: 'signIn',
  method: 'POST',
  path: '/v1/sessions',
  summary:
    'Sign in with e-mail address and password, and with a code where the account wants one (`factor_required` names what would do). With a `DPoP` header (RFC 9449) the session is bound to its key.',
  authority: 'public',
  body: z.strictObject({
    email,
    password,
    device: z.union([displayName, z.strictObject({ name: displayName })]).optional(),
    transport: z.literal('json').optional(),
    ...factorProof,
  }),
  responses: { 201: { description: 'Tokens, session and account in one answer.', schema: signedInSchema } },
  async handle({ body, request, client }, { sessions, proofs }) {
    const name = typeof body.device === 'object' ? body.device.name : body.device
    const device = deviceOf(request, client, name)
    const dpopKey = await proofs.keyOf(request)
    const factor = factorOf(body)
    return json(201, showSignedIn(await sessions.signIn({ email: body.email, password: body.password, device, dpopKey, factor })))
  },
})
