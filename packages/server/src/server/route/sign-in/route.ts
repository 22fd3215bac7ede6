import * as z from 'zod'
import { answerSignedIn } from '../../browser/index.ts'
import { deviceNameOf, deviceOf, deviceTokenOf } from '../../device.ts'
import { factorOf, factorProof } from '../../factor-schema.ts'
import { InvalidRequest } from '../../field-error.ts'
import { firstFactor } from '../../passkey-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { email, givenDevice, password, signedInAnswerSchema } from '../../schema.ts'

export const signIn: Operation = defineRoute({
  operationId: 'signIn',
  method: 'POST',
  path: '/v1/sessions',
  summary:
    'Sign in with e-mail address and password, and with a code or a passkey where the account wants one (`factor_required` names what would do); or with a passkey alone, which has signed a challenge of `/v1/passkey-challenges`. With a `DPoP` header (RFC 9449) the session is bound to its key. With `transport: "cookie"` the tokens are set as cookies and stand in no body.',
  authority: 'public',
  body: z.strictObject({
    email: email.optional(),
    password: password.optional(),
    device: givenDevice.optional(),
    transport: z.enum(['json', 'cookie']).default('json'),
    ...factorProof,
  }),
  responses: { 201: { description: 'Tokens, session and account in one answer.', schema: signedInAnswerSchema } },
  async handle({ body, request, client }, services) {
    const { sessions, passkeySignIn, proofs, csrf } = services
    const { transport } = body
    // Nobody is to be signed in as somebody else by another site.
    if (transport === 'cookie') csrf.requireOwnPage(request)
    const device = deviceOf(request, client, deviceNameOf(body.device))
    const deviceToken = deviceTokenOf(body.device, request, services.sessionCookies)
    const dpopKey = await proofs.keyOf(request)
    if (transport === 'cookie' && dpopKey !== undefined) {
      throw new InvalidRequest([
        { pointer: '/transport', detail: 'must be json for a session that is bound to a key: a cookie comes without a proof' },
      ])
    }
    const first = firstFactor(body)
    const session = { device, deviceToken, dpopKey }
    const signedIn =
      'passkey' in first
        ? await sessions.open(await passkeySignIn.authenticate(first.passkey), session)
        : await sessions.signIn({ ...first, ...session, factor: factorOf(body) })
    return answerSignedIn(signedIn, { status: 201, transport, replaces: request }, services)
  },
})
