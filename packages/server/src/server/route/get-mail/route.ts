import { AuthError } from 'countersign/core'
import * as z from 'zod'
import { json } from '../../answer.ts'
import { showMail } from '../../mail-representation.ts'
import { mailSchema } from '../../mail-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const getMail: Operation = defineRoute({
  operationId: 'getMail',
  method: 'GET',
  path: '/v1/mails/{id}',
  summary: 'Read one mail of the outbox, which there is in development without a mail server only.',
  authority: 'operator',
  responses: { 200: { description: 'The mail, in both of its forms.', schema: z.strictObject({ mail: mailSchema }) } },
  handle({ path: { id = '' } }, { outbox }) {
    const mail = outbox?.find(id)
    if (mail === undefined) throw new AuthError('not_found', { mail: id })
    return json(200, { mail: showMail(mail) })
  },
})
