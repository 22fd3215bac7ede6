import { type Platform, systemPlatform } from '../../core/index.ts'
import type { Feed, FeedSource } from '../feed.ts'
import { FeedReader, type FeedTransport } from '../feed-reader.ts'
import { FeedTrouble } from '../feed-trouble.ts'

export interface InProcessFeedOptions {
  readonly platform?: Platform
  /** Default 3500. */
  readonly idleTimeoutMs?: number
}

/** Reads the log of a server that runs in the same process. Messages are signed and verified as on any other way. */
export function createInProcessFeed(source: FeedSource, options: InProcessFeedOptions = {}): Feed {
  const { platform = systemPlatform, idleTimeoutMs } = options
  return new FeedReader(transportOf(source), { platform, ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }) })
}

function transportOf(source: FeedSource): FeedTransport {
  return {
    snapshot: () => source.snapshot(),
    follow: (after, deliver, signal) =>
      new Promise((_, reject) => {
        const lost = (): void => reject(new FeedTrouble('unsynchronised', 'the publisher cannot continue from our position'))
        const cancel = source.subscribe(after, deliver, lost)
        signal.addEventListener('abort', () => {
          cancel()
          reject(new FeedTrouble('interrupted', 'the reader has gone'))
        })
      }),
  }
}
