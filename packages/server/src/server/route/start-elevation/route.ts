import * as z from 'zod'
import { LONGEST_ELEVATION_MINUTES } from '../../../session/index.ts'
import { json } from '../../answer.ts'
import { operatorName } from '../../caller.ts'
import { elevationSchema, showElevation } from '../../elevation-schema.ts'
import { requireRecentSignIn } from '../../recent-sign-in.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { displayName, role } from '../../schema.ts'

export const startElevation: Operation = defineRoute({
  operationId: 'startElevation',
  method: 'POST',
  path: '/v1/users/{id}/elevations',
  summary:
    'Give a role for a while. Sessions pick it up at their next refresh; no token with it lives longer than it does. An operator’s own sign-in must be of the last five minutes (`step_up_required`).',
  authority: 'operator',
  body: z.strictObject({ role, minutes: z.int().min(1).max(LONGEST_ELEVATION_MINUTES), reason: displayName }),
  responses: { 201: { description: 'It has begun, and is in the log.', schema: z.strictObject({ elevation: elevationSchema }) } },
  async handle({ path: { id = '' }, body, caller }, services) {
    const { elevations, platform } = services
    // A key was given its power on purpose; a stolen session must not give itself more.
    const session = caller.kind === 'principal' ? caller.principal.session : undefined
    if (session !== undefined) await requireRecentSignIn(session, services)
    const elevation = await elevations.start({ user: id, ...body, by: operatorName(caller) })
    return json(201, { elevation: showElevation(elevation, platform.clock.now()) })
  },
})
