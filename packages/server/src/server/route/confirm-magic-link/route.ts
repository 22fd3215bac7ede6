import * as z from 'zod'
import type { MagicProof } from '../../../account/link/index.ts'
import { answerSignedIn } from '../../browser/index.ts'
import { InvalidRequest } from '../../field-error.ts'
import { linkToken } from '../../link-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { secretText, signedInAnswerSchema } from '../../schema.ts'
import { sessionRequestOf, signInMembers } from '../../sign-in-request.ts'

export const confirmMagicLink: Operation = defineRoute({
  operationId: 'confirmMagicLink',
  method: 'POST',
  path: '/v1/magic-links/confirm',
  summary:
    'Sign in with the token of the link, or with `request` and the code, once. An account with a second factor asks for it here too (`factor_required`), and the link stays good meanwhile.',
  authority: 'public',
  body: z.strictObject({
    token: linkToken.optional(),
    request: secretText.optional(),
    code: z.string().min(1).max(64).optional(),
    ...signInMembers,
  }),
  responses: { 201: { description: 'Tokens, session and account in one answer, as of any sign-in.', schema: signedInAnswerSchema } },
  async handle({ body, request, client }, services) {
    const proof = proofOf(body)
    const signedIn = await services.magicLinks.signIn(proof, await sessionRequestOf(body, { request, client }, services))
    return answerSignedIn(signedIn, { status: 201, transport: body.transport, replaces: request }, services)
  },
})

interface Given {
  readonly token?: string | undefined
  readonly request?: string | undefined
  readonly code?: string | undefined
}

function proofOf({ token, request, code }: Given): MagicProof {
  if (token !== undefined && request === undefined && code === undefined) return { token }
  if (token === undefined && request !== undefined && code !== undefined) return { request, code }
  throw new InvalidRequest([{ pointer: '/token', detail: 'is required, or request and code, but not both' }])
}
