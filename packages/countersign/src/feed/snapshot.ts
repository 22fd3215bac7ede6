import type { Platform } from '../core/index.ts'
import { MAX_FEED_MESSAGE_LENGTH, SNAPSHOT_CONTENT_TYPE } from '../revocation/index.ts'
import { openResponse } from './bounded-fetch.ts'

export interface SnapshotRequest {
  /** `feed_snapshot_uri` of the issuer's discovery document. */
  readonly snapshotUrl: string
  /** A service credential (`cs_svc_…`). It goes to this address and follows no redirect. */
  readonly credential: string
  readonly platform: Platform
  /** Default 1 GiB: room for twenty million cut-offs. No more than a part of it is in memory at any time. */
  readonly maxSnapshotBytes?: number
}

const DEFAULT_MAX_SNAPSHOT_BYTES = 2 ** 30

/**
 * Gets a snapshot over HTTP, part by part, no quicker than the parts are taken. Does not verify them: see `Replica.beginSnapshot`.
 *
 * @throws {FeedTrouble} The answer is not 200. @throws {RangeError} It, or a part of it, is too long.
 */
export async function* fetchSnapshot(request: SnapshotRequest, signal: AbortSignal): AsyncGenerator<string> {
  const { snapshotUrl, credential, platform, maxSnapshotBytes = DEFAULT_MAX_SNAPSHOT_BYTES } = request
  const { body } = await openResponse(snapshotUrl, { platform, accept: SNAPSHOT_CONTENT_TYPE, signal, credential })
  const decoder = new TextDecoder()
  let length = 0
  let rest = ''
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > maxSnapshotBytes) throw new RangeError(`the answer is longer than ${maxSnapshotBytes} bytes`)
    const [end = '', ...lines] = decoder.decode(chunk, { stream: true }).split('\n')
    rest += end
    for (const line of lines) {
      yield rest
      rest = line
    }
    if (rest.length > MAX_FEED_MESSAGE_LENGTH) throw new RangeError(`a part is longer than ${MAX_FEED_MESSAGE_LENGTH} characters`)
  }
  if (rest !== '') yield rest
}
