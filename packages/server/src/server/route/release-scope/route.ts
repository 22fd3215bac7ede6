import * as z from 'zod'
import { noContent } from '../../answer.ts'
import { operatorName } from '../../caller.ts'
import { scopeWord } from '../../role-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const releaseScope: Operation = defineRoute({
  operationId: 'releaseScope',
  method: 'POST',
  path: '/v1/reserved-scopes/release',
  summary: 'Give up a scope that roles once brought: applications that may ask for it are then given it in the name of anybody who agrees.',
  authority: 'operator',
  body: z.strictObject({ scope: scopeWord }),
  responses: { 204: { description: 'It is as any other scope.' } },
  async handle({ body: { scope }, caller }, { roles, log }) {
    await roles.release(scope)
    log.info({ event: 'scope_released', scope, by: operatorName(caller) ?? 'local' }, 'role changed')
    return noContent()
  },
})
