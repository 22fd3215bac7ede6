import { json } from '../../answer.ts'
import { linkBody, shownLinkSchema } from '../../link-schema.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { moment } from '../../representation.ts'

export const showLink: Operation = defineRoute({
  operationId: 'showLink',
  method: 'POST',
  path: '/v1/links/show',
  summary: 'What the token of a link in a mail is for, if it is still good. Uses nothing up.',
  authority: 'public',
  body: linkBody,
  responses: { 200: { description: 'What it is for, and until when.', schema: shownLinkSchema } },
  async handle({ body: { token } }, { links }) {
    const { kind, email, expiresAt } = await links.show(token)
    return json(200, { kind, email, expires_at: moment(expiresAt) })
  },
})
