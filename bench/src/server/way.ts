/** The ways that `bench -- feeds` compares, and what a verifier process does to read one. */
import { jetstream } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import type { VerifierOptions } from 'countersign'
import { createSseFeed, type OpenFeed } from 'countersign/feed'
import { createNatsFeed } from 'countersign/nats'
import { createRedisFeed } from 'countersign/redis'
import { createClient } from 'redis'

export type WayName = 'sse' | 'redis' | 'nats'

export interface Way {
  readonly name: WayName
  /** Where the broker is; of no meaning for `sse`. */
  readonly url: string
}

export const portOf = (url: string): number => Number(new URL(url).port)

export async function openFeed({ name, url }: Way, { issuer, credential }: { issuer: string; credential: string }): Promise<OpenFeed> {
  if (name === 'redis') return createRedisFeed({ client: createClient({ url }) })
  if (name === 'nats') return createNatsFeed({ jetstream: jetstream(await connect({ port: portOf(url), maxReconnectAttempts: -1 })) })
  const addresses = { feedUrl: `${issuer}/v1/feed`, snapshotUrl: `${issuer}/v1/feed/snapshot` }
  return ({ platform }) => createSseFeed({ ...addresses, credential, platform })
}

/** The same feed, with somebody who hears of each entry right after it was applied. */
export const observed =
  (open: OpenFeed, onEntry: () => void): NonNullable<VerifierOptions['feed']> =>
  (issuer) => {
    const feed = open(issuer)
    return {
      start: (replica, events) => {
        replica.onEntry(onEntry)
        feed.start(replica, events)
      },
      close: () => feed.close(),
    }
  }
