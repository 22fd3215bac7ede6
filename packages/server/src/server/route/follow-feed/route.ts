import { AuthError } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import * as z from 'zod'
import { callingService } from '../../caller.ts'
import { InvalidRequest } from '../../field-error.ts'
import { defineRoute, type Operation } from '../../route.ts'
import { positionText } from '../../schema.ts'

/** A reconnecting reader's `Last-Event-ID` is newer than the address that it was opened with. */
function startOf(lastEventId: string | null, after: string | undefined): Position {
  const position = Number(lastEventId ?? after ?? 0)
  if (!Number.isSafeInteger(position) || position < 0) throw new InvalidRequest([{ pointer: '/after', detail: 'must be a position' }])
  return position
}

export const followFeed: Operation = defineRoute({
  operationId: 'followFeed',
  method: 'GET',
  path: '/v1/feed',
  summary: 'Follow the revocation log as server-sent events: `entries` and `heartbeat`, each a signed message.',
  authority: 'service',
  query: z.strictObject({ after: positionText.optional() }),
  responses: {
    200: { description: 'The stream. 410 when the position was forgotten: load the snapshot.', contentType: 'text/event-stream' },
  },
  async handle({ query, request, caller }, { publisher, feedStreams }) {
    const after = startOf(request.headers.get('last-event-id'), query.after)
    if (!(await publisher.canFollow(after))) throw new AuthError('position_forgotten', { after })
    const stream = feedStreams.stream(callingService(caller).id, publisher, after)
    // X-Accel-Buffering: a proxy that gathers events would make every verifier stale.
    return new Response(stream, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    })
  },
})
