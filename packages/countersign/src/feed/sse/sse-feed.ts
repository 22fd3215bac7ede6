import type { Platform } from '../../core/index.ts'
import { openResponse } from '../bounded-fetch.ts'
import type { Feed } from '../feed.ts'
import { FeedReader, type FeedTransport } from '../feed-reader.ts'
import { FeedTrouble } from '../feed-trouble.ts'
import { fetchSnapshot } from '../snapshot.ts'
import { EventStreamParser } from './event-stream.ts'

export interface SseFeedOptions {
  /** `feed_uri` of the issuer's discovery document. */
  readonly feedUrl: string
  /** `feed_snapshot_uri` of it. */
  readonly snapshotUrl: string
  /** A service credential (`cs_svc_…`). It goes to these two addresses and follows no redirect. */
  readonly credential: string
  readonly platform: Platform
  /** Without a message for this long the stream is given up. Default 3500. */
  readonly idleTimeoutMs?: number
  /** Default 128 MiB. */
  readonly maxSnapshotBytes?: number
}

/** RFC 6750 section 2.1: b64token. Anything else is not a credential of ours and could break the header. */
const bearerCredential = /^[A-Za-z0-9._~+/-]+=*$/

/**
 * Follows the log over HTTP: `GET {feedUrl}?after={position}` as `text/event-stream`, `GET {snapshotUrl}` as `application/jwt`.
 *
 * @throws {RangeError} An address or the credential cannot be used.
 */
export function createSseFeed(options: SseFeedOptions): Feed {
  const { feedUrl, snapshotUrl, credential, platform, idleTimeoutMs } = options
  if (!URL.canParse(feedUrl) || !URL.canParse(snapshotUrl)) throw new RangeError('feedUrl and snapshotUrl must be absolute URLs')
  if (!bearerCredential.test(credential)) throw new RangeError('credential holds characters that no credential has')
  return new FeedReader(transportOf(options), { platform, ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }) })
}

function transportOf(options: SseFeedOptions): FeedTransport {
  const { feedUrl, credential, platform } = options
  return {
    snapshot: (signal) => fetchSnapshot(options, signal),
    follow: async (after, deliver, signal) => {
      const url = new URL(feedUrl)
      url.searchParams.set('after', String(after))
      const response = await openResponse(url.href, { platform, accept: 'text/event-stream', signal, credential })
      requireEventStream(response)
      const parser = new EventStreamParser()
      for await (const chunk of response.body ?? []) for (const event of parser.push(chunk)) deliver(event.data)
    },
  }
}

function requireEventStream(response: Response): void {
  const type = response.headers.get('content-type') ?? ''
  if (!/^text\/event-stream\b/i.test(type)) throw new FeedTrouble('interrupted', 'the answer of the issuer is no event stream')
}
