import { noContent } from '../../answer.ts'
import { operatorName } from '../../caller.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const removeRole: Operation = defineRoute({
  operationId: 'removeRole',
  method: 'DELETE',
  path: '/v1/roles/{name}',
  summary: 'Let a role bring nothing any more, at once. Who has it keeps it by name; its scopes stay reserved to roles.',
  authority: 'operator',
  responses: { 204: { description: 'It brings nothing.' } },
  async handle({ path: { name = '' }, caller }, { roles, log }) {
    await roles.remove(name)
    log.info({ event: 'role_removed', role: name, by: operatorName(caller) ?? 'local' }, 'role changed')
    return noContent()
  },
})
