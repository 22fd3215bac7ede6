import { SNAPSHOT_CONTENT_TYPE } from 'countersign/revocation'
import { defineRoute, type Operation } from '../../route.ts'
import { snapshotResponse } from '../../snapshot-response.ts'

export const getFeedSnapshot: Operation = defineRoute({
  operationId: 'getFeedSnapshot',
  method: 'GET',
  path: '/v1/feed/snapshot',
  summary: 'Every living entry of the log and its head, in signed parts.',
  authority: 'service',
  responses: {
    200: {
      description: 'Compact JWS of type `cs-feed+jwt`, a line feed between two. The last one ends at the head of the log.',
      contentType: SNAPSHOT_CONTENT_TYPE,
    },
  },
  handle: (_call, { publisher }) => snapshotResponse(publisher),
})
