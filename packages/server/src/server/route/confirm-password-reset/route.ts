import * as z from 'zod'
import type { NewPasswordHash } from '../../../account/link/index.ts'
import { noContent } from '../../answer.ts'
import { InvalidRequest } from '../../field-error.ts'
import { linkToken } from '../../link-schema.ts'
import { opaqueUpload } from '../../opaque-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { password } from '../../schema.ts'
import type { Services } from '../../services.ts'

export const confirmPasswordReset: Operation = defineRoute({
  operationId: 'confirmPasswordReset',
  method: 'POST',
  path: '/v1/password-resets/confirm',
  summary:
    'Set a new password with the token of the link, once. Every session and token of the account is dead. Signs nobody in; second factors stay.',
  authority: 'public',
  body: z.strictObject({ token: linkToken, password: password.optional(), opaque: opaqueUpload.optional() }),
  responses: { 204: { description: 'The password is set.' } },
  async handle({ body }, services) {
    await services.passwordResets.confirm(body.token, newPassword(body, services))
    return noContent()
  },
})

interface Given {
  readonly password?: string | undefined
  readonly opaque?: { readonly registration: string; readonly registration_record: string } | undefined
}

/** In clear, or as a record that was made of it. */
function newPassword({ password, opaque }: Given, { accounts, opaqueRegistration }: Services): NewPasswordHash {
  if (password !== undefined && opaque === undefined) return (owner) => accounts.hashOf(password, owner)
  if (opaque === undefined || password !== undefined) {
    throw new InvalidRequest([{ pointer: '/password', detail: 'is required, or opaque, but not both' }])
  }
  const upload = { registration: opaque.registration, registrationRecord: opaque.registration_record }
  return () => opaqueRegistration.hashOf(upload, '/opaque')
}
