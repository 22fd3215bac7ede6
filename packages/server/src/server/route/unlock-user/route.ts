import { AuthError } from 'countersign/core'
import { noContent } from '../../answer.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const unlockUser: Operation = defineRoute({
  operationId: 'unlockUser',
  method: 'DELETE',
  path: '/v1/users/{id}/sign-in-attempts',
  summary:
    'Forget what was tried wrongly on an account, so that nobody has to wait there any more. An address from which too much was tried waits all the same.',
  authority: 'operator',
  responses: { 204: { description: 'Sign-in is as if nothing had been tried.' } },
  async handle({ path: { id = '' } }, { accounts, throttle }) {
    if ((await accounts.find(id)) === undefined) throw new AuthError('not_found', { user: id })
    await throttle.forgive(id)
    return noContent()
  },
})
