import { AuthError } from 'countersign/core'
import * as z from 'zod'
import { json } from '../../answer.ts'
import { readTextBody } from '../../request-body.ts'
import { SecurityEventError } from '../../../revocation/index.ts'
import { defineRoute, type Operation } from '../../route.ts'

/** RFC 8935 section 2.3. */
const notAccepted = z.strictObject({ err: z.string(), description: z.string() })
/** As everywhere. */
const problem = z.looseObject({ code: z.string() })

export const receiveSecurityEvent: Operation = defineRoute({
  operationId: 'receiveSecurityEvent',
  method: 'POST',
  path: '/v1/security-events',
  summary: 'Take a security event token of a configured transmitter (RFC 8935): what it ends is revoked.',
  authority: 'public',
  responses: {
    202: { description: 'What the events end has been revoked, durably.' },
    400: {
      description: 'The token is not accepted (RFC 8935 section 2.3), or the request is not valid.',
      schema: z.union([notAccepted, problem]),
    },
  },
  async handle({ request }, { securityEvents, log }) {
    if (securityEvents === undefined) throw new AuthError('not_found')
    const compact = await readTextBody(request, 'application/secevent+jwt')
    try {
      await securityEvents.receive(compact.trim())
      return new Response(null, { status: 202 })
    } catch (error) {
      if (!(error instanceof SecurityEventError)) throw error
      log.info({ code: error.code, err: error.cause }, 'a security event was not accepted')
      return json(400, { err: error.code, description: 'The security event token is not accepted.' })
    }
  },
})
