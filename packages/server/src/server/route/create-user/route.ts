import * as z from 'zod'
import type { OpaqueRegistrationUpload } from '../../../account/opaque/index.ts'
import { json } from '../../answer.ts'
import { InvalidRequest } from '../../field-error.ts'
import { opaqueUpload } from '../../opaque-schema.ts'
import { showUser } from '../../representation.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { displayName, email, password, roles, userSchema } from '../../schema.ts'

/** Sign-up. Open to everyone; giving roles is for operators. */
export const createUser: Operation = defineRoute({
  operationId: 'createUser',
  method: 'POST',
  path: '/v1/users',
  summary: 'Create an account, with a password or a registration by OPAQUE. `roles` may only be given by an operator.',
  authority: 'public',
  body: z.strictObject({
    email,
    password: password.optional(),
    opaque: opaqueUpload.optional(),
    name: displayName.optional(),
    roles: roles.optional(),
  }),
  responses: { 201: { description: 'The account was created.', schema: z.strictObject({ user: userSchema }) } },
  async handle({ body, requireOperator }, { accounts, opaqueRegistration }) {
    if (body.roles !== undefined) await requireOperator()
    const { email, name, roles = [] } = body
    const profile = { email, roles, ...(name === undefined ? {} : { name }) }
    const chosen = passwordOf(body)
    const user = typeof chosen === 'string' ? accounts.signUp({ ...profile, password: chosen }) : opaqueRegistration.signUp(profile, chosen)
    return json(201, { user: showUser(await user) })
  },
})

interface Given {
  readonly password?: string | undefined
  readonly opaque?: { readonly registration: string; readonly registration_record: string } | undefined
}

/** In clear, or as a record that was made of it. */
function passwordOf({ password, opaque }: Given): string | OpaqueRegistrationUpload {
  if (password !== undefined && opaque === undefined) return password
  if (password !== undefined) throw wrong('/opaque', 'must not stand beside password')
  if (opaque === undefined) throw wrong('/password', 'is required')
  return { registration: opaque.registration, registrationRecord: opaque.registration_record }
}

const wrong = (pointer: string, detail: string): InvalidRequest => new InvalidRequest([{ pointer, detail }])
