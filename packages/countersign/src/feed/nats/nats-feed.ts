import { openBrokerFeed, type BrokerReader } from '../broker-feed.ts'
import type { OpenFeed } from '../feed.ts'
import { FeedTrouble } from '../feed-trouble.ts'

export interface NatsStreamInfo {
  readonly created: string
  readonly state: { readonly last_seq: number }
}

export interface NatsMessages extends AsyncIterable<{ readonly seq: number; string(): string }> {
  close(): Promise<unknown>
}

export interface NatsConsumer {
  consume(): Promise<NatsMessages>
  delete(): Promise<unknown>
}

/** The part of a JetStream client that we call: `jetstream(connection)` of `@nats-io/jetstream` fits. */
export interface NatsJetStream {
  jetstreamManager(): Promise<{ readonly streams: { info(stream: string): Promise<NatsStreamInfo> } }>
  readonly consumers: {
    get(stream: string, options: { deliver_policy: 'by_start_sequence'; opt_start_seq: number }): Promise<NatsConsumer>
  }
}

export interface NatsFeedOptions {
  /** Over a connection of yours, made with `maxReconnectAttempts: -1`. Never closed by us. */
  readonly jetstream: NatsJetStream
  /** The stream, as the server's `COUNTERSIGN_FEED` names it. Default `countersign-feed`. */
  readonly stream?: string
  /** Default 3500. */
  readonly idleTimeoutMs?: number
}

interface Place {
  /** When the stream was made: another one counts from the beginning. */
  readonly created: string
  readonly sequence: number
}

/** Follows the log through a JetStream stream, which the server fills with `COUNTERSIGN_FEED=nats://…`. */
export function createNatsFeed({ jetstream, stream = 'countersign-feed', idleTimeoutMs }: NatsFeedOptions): OpenFeed {
  return openBrokerFeed(() => readerOf(jetstream, stream), idleTimeoutMs === undefined ? {} : { idleTimeoutMs })
}

function readerOf(jetstream: NatsJetStream, stream: string): BrokerReader<Place> {
  const end = async (): Promise<Place> => {
    const { created, state } = await (await jetstream.jetstreamManager()).streams.info(stream)
    return { created, sequence: state.last_seq }
  }
  return {
    end,
    read: async (after, deliver, signal) => {
      const { created, sequence } = await end()
      if (created !== after.created || sequence < after.sequence) {
        throw new FeedTrouble('unsynchronised', 'the stream in NATS has begun anew')
      }
      const start = { deliver_policy: 'by_start_sequence', opt_start_seq: after.sequence + 1 } as const
      await consume(await jetstream.consumers.get(stream, start), created, deliver, signal)
    },
  }
}

async function consume(
  consumer: NatsConsumer,
  created: string,
  deliver: (message: string, place: Place) => void,
  signal: AbortSignal,
): Promise<void> {
  const messages = await consumer.consume()
  // Either fails where the connection is gone; the broker then forgets the consumer by itself.
  const release = (): void => void Promise.allSettled([messages.close(), consumer.delete()])
  signal.addEventListener('abort', release, { once: true })
  if (signal.aborted) release()
  for await (const message of messages) deliver(message.string(), { created, sequence: message.seq })
}
