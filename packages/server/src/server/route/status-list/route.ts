import { AuthError } from 'countersign/core'
import { STATUS_LIST_TTL_SECONDS } from '../../../revocation/index.ts'
import { defineRoute, type Operation } from '../../route.ts'

export const getStatusList: Operation = defineRoute({
  operationId: 'getStatusList',
  method: 'GET',
  path: '/status-lists/{id}',
  summary: 'A Token Status List: which access tokens were revoked, for verifiers that do not follow the log.',
  authority: 'public',
  responses: {
    200: { description: 'A signed list.', contentType: 'application/statuslist+jwt' },
    304: { description: 'It is the list that `If-None-Match` names.' },
  },
  async handle({ path, request }, { statusLists, verifier }) {
    if (statusLists === undefined) throw new AuthError('not_found')
    // Nothing that was acknowledged before the question may be missing in the answer.
    await verifier.caughtUp()
    const { compact, tag } = statusLists.read(path['id'] ?? '')
    const headers = {
      'cache-control': `public, max-age=${STATUS_LIST_TTL_SECONDS}`,
      etag: tag,
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    }
    if (namesTag(request.headers.get('if-none-match'), tag)) return new Response(null, { status: 304, headers })
    return new Response(compact, { headers: { ...headers, 'content-type': 'application/statuslist+jwt' } })
  },
})

/** RFC 9110 section 13.1.2, by weak comparison. */
const namesTag = (header: string | null, tag: string): boolean =>
  (header ?? '').split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === tag)
