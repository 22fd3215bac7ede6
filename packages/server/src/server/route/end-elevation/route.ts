import { noContent } from '../../answer.ts'
import { operatorName } from '../../caller.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const endElevation: Operation = defineRoute({
  operationId: 'endElevation',
  method: 'DELETE',
  path: '/v1/users/{id}/elevations/{elevation}',
  summary: 'Take a role before its time. Access tokens with it are dead at once; sessions go on without it.',
  authority: 'operator',
  responses: { 204: { description: 'It has ended.' } },
  async handle({ path: { id = '', elevation = '' }, caller }, { elevations }) {
    await elevations.end(id, elevation, operatorName(caller) ?? 'local')
    return noContent()
  },
})
