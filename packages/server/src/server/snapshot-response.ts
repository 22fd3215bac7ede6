import { SNAPSHOT_CONTENT_TYPE } from 'countersign/revocation'
import type { Publisher } from '../revocation/index.ts'

const encoder = new TextEncoder()

/**
 * A snapshot of the log, a part a line. Each part is made when the one before it has gone out: a reader that is slow, or has left, costs
 * nothing.
 *
 * @throws {AuthError} `unavailable` when the log cannot be read. What goes wrong after the first part ends the body before its end.
 */
export async function snapshotResponse(publisher: Publisher): Promise<Response> {
  const parts = publisher.snapshot()
  let next = await parts.next()
  let separator = ''
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (next.done !== true) controller.enqueue(encoder.encode(separator + next.value))
        separator = '\n'
        next = await parts.next()
        if (next.done === true) controller.close()
      },
      cancel: async () => void (await parts.return(undefined)),
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { headers: { 'content-type': SNAPSHOT_CONTENT_TYPE } })
}
