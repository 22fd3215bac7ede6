import { AuthError } from 'countersign/core'
import { actOn } from '../../../audit/index.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { tokenBody, tokenForm } from '../../schema.ts'
import type { Services } from '../../services.ts'

export const revokeToken: Operation = defineRoute({
  operationId: 'revokeToken',
  method: 'POST',
  path: '/v1/tokens/revoke',
  summary: 'Kill one token (RFC 7009). A refresh token takes its session with it.',
  authority: 'inspector',
  body: tokenBody,
  form: tokenForm,
  responses: { 200: { description: 'The token is dead, or was none: the answer does not tell which.' } },
  async handle({ body }, services) {
    await revokeAny(body.token, services)
    return new Response(null, { status: 200 })
  },
})

/** What is dead already stays it without an entry in the log, so that asking again costs nothing. */
async function revokeAny(token: string, { inspection, revocations, sessions }: Services): Promise<void> {
  const inspected = await inspection.inspect(token)
  if (inspected?.kind === 'access') {
    actOn('token', inspected.claims.jti)
    await revocations.revoke({ target: { kind: 'token', id: inspected.claims.jti }, reason: 'token revocation request' })
  }
  // An old refresh token too: who gives it up does not want its session.
  if (inspected?.kind === 'refresh') {
    actOn('session', inspected.session.id)
    await sessions.end(inspected.session.id).catch(unlessEnded)
  }
}

/** Somebody else was quicker. */
function unlessEnded(error: unknown): void {
  if (!(error instanceof AuthError && error.code === 'not_found')) throw error
}
