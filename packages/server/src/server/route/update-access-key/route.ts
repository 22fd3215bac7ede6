import * as z from 'zod'
import { allowanceFor, keyActor } from '../../access-key-caller.ts'
import { showAccessKey } from '../../access-key-representation.ts'
import { accessKeySchema, addresses, moment, rotateEverySeconds, scope, windowSeconds } from '../../access-key-schema.ts'
import { json } from '../../answer.ts'
import { InvalidRequest } from '../../field-error.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { displayName, roles } from '../../schema.ts'

const momentOf = (text: string | null | undefined): number | null | undefined => (typeof text === 'string' ? Date.parse(text) : text)

export const updateAccessKey: Operation = defineRoute({
  operationId: 'updateAccessKey',
  method: 'PATCH',
  path: '/v1/access-keys/{id}',
  summary: 'Change what a key may do, from where and how long; switch it off and on; ask its holder to replace it until `rotate_by`.',
  authority: 'session',
  body: z.strictObject({
    name: displayName.optional(),
    scope: scope.optional(),
    roles: roles.nullable().optional(),
    addresses: addresses.optional(),
    window_seconds: windowSeconds.optional(),
    status: z.enum(['active', 'disabled']).optional(),
    expires_at: moment.nullable().optional(),
    rotate_by: moment.nullable().optional(),
    rotate_every_seconds: rotateEverySeconds.nullable().optional(),
  }),
  responses: {
    200: {
      description: 'The key after the change, which verifiers learn at once.',
      schema: z.strictObject({ access_key: accessKeySchema }),
    },
  },
  async handle({ path: { id = '' }, body, caller }, services) {
    if (Object.keys(body).length === 0) throw new InvalidRequest([{ pointer: '', detail: 'must name something to change' }])
    const { accessKeys } = services
    const actor = await keyActor(caller, services)
    const { owner } = await accessKeys.find(id, actor)
    const asked = {
      name: body.name,
      scope: body.scope,
      roles: body.roles,
      addresses: body.addresses,
      windowSeconds: body.window_seconds,
      disabled: body.status === undefined ? undefined : body.status === 'disabled',
      expiresAt: momentOf(body.expires_at),
      rotateBy: momentOf(body.rotate_by),
      rotateEverySeconds: body.rotate_every_seconds,
    }
    const key = await accessKeys.update(id, actor, asked, await allowanceFor(caller, owner, services))
    return json(200, { access_key: showAccessKey(key) })
  },
})
