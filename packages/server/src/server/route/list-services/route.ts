import * as z from 'zod'
import { json } from '../../answer.ts'
import { showService } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { serviceSchema } from '../../schema.ts'

export const listServices: Operation = defineRoute({
  operationId: 'listServices',
  method: 'GET',
  path: '/v1/services',
  summary: 'List the services that may read the feed.',
  authority: 'operator',
  responses: { 200: { description: 'Without their credentials.', schema: z.strictObject({ services: z.array(serviceSchema) }) } },
  async handle(_call, { credentials }) {
    return json(200, { services: (await credentials.list()).map(showService) })
  },
})
