import * as z from 'zod'
import { answerSignedIn } from '../../browser/index.ts'
import { firstFactor } from '../../passkey-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { email, password, signedInAnswerSchema } from '../../schema.ts'
import { sessionRequestOf, signInMembers } from '../../sign-in-request.ts'

export const signIn: Operation = defineRoute({
  operationId: 'signIn',
  method: 'POST',
  path: '/v1/sessions',
  summary:
    'Sign in with e-mail address and password, and with a code or a passkey where the account wants one (`factor_required` names what would do); or with a passkey alone, which has signed a challenge of `/v1/passkey-challenges`. With a `DPoP` header (RFC 9449) the session is bound to its key. With `transport: "cookie"` the tokens are set as cookies and stand in no body.',
  authority: 'public',
  body: z.strictObject({ email: email.optional(), password: password.optional(), ...signInMembers }),
  responses: { 201: { description: 'Tokens, session and account in one answer.', schema: signedInAnswerSchema } },
  async handle({ body, request, client }, services) {
    const { factor, ...session } = await sessionRequestOf(body, { request, client }, services)
    const first = firstFactor(body)
    const signedIn =
      'passkey' in first
        ? await services.sessions.open(await services.passkeySignIn.authenticate(first.passkey), session)
        : await services.sessions.signIn({ ...first, ...session, factor })
    return answerSignedIn(signedIn, { status: 201, transport: body.transport, replaces: request }, services)
  },
})
