import { encodeBase64url, type Platform } from '../../core/index.ts'
import { openBrokerFeed, type BrokerReader } from '../broker-feed.ts'
import type { OpenFeed } from '../feed.ts'
import { FeedTrouble } from '../feed-trouble.ts'

export interface KafkaAdmin {
  connect(): Promise<void>
  disconnect(): Promise<void>
  fetchTopicOffsets(topic: string): Promise<readonly { readonly partition: number; readonly high: string }[]>
}

export interface KafkaRecord {
  readonly partition: number
  readonly message: { readonly offset: string; readonly value: { toString(): string } | null }
}

export interface KafkaConsumer {
  connect(): Promise<void>
  disconnect(): Promise<void>
  subscribe(subscription: { topics: string[]; fromBeginning: boolean }): Promise<void>
  run(config: { autoCommit: boolean; eachMessage(record: KafkaRecord): Promise<void> }): Promise<void>
  seek(place: { topic: string; partition: number; offset: string }): void
}

/** The part of a client that we call: `new Kafka(…)` of `kafkajs` fits. */
export interface KafkaClient {
  admin(): KafkaAdmin
  consumer(config: { groupId: string; maxWaitTimeInMs: number }): KafkaConsumer
}

export interface KafkaFeedOptions {
  readonly client: KafkaClient
  /** The topic, as the server's `COUNTERSIGN_FEED` names it. Default `countersign-feed`. */
  readonly stream?: string
  /** Each reader is a consumer group of its own, since each needs every message; its name begins with this. Default `countersign-`. */
  readonly groupPrefix?: string
  /** Default 15 000: a group takes seconds to form. */
  readonly idleTimeoutMs?: number
}

/** One partition, because the log has one order. */
const PARTITION = 0
const DEFAULT_IDLE_TIMEOUT_MS = 15_000
/** A broker answers at once when there is something; so long it may hold an empty answer back. */
const MAX_WAIT_MS = 500

/** Follows the log through the first partition of a Kafka topic, which the server fills with `COUNTERSIGN_FEED=kafka://…`. */
export function createKafkaFeed(options: KafkaFeedOptions): OpenFeed {
  const { idleTimeoutMs = DEFAULT_IDLE_TIMEOUT_MS } = options
  return openBrokerFeed((platform) => new KafkaReader(options, platform), { idleTimeoutMs })
}

/** A place is the offset of the next record. */
class KafkaReader implements BrokerReader<bigint> {
  readonly #client: KafkaClient
  readonly #topic: string
  readonly #groupId: string

  constructor({ client, stream = 'countersign-feed', groupPrefix = 'countersign-' }: KafkaFeedOptions, { random }: Platform) {
    this.#client = client
    this.#topic = stream
    this.#groupId = groupPrefix + encodeBase64url(random.bytes(16))
  }

  async end(): Promise<bigint> {
    const admin = this.#client.admin()
    try {
      await admin.connect()
      const partitions = await admin.fetchTopicOffsets(this.#topic)
      return BigInt(partitions.find(({ partition }) => partition === PARTITION)?.high ?? 0)
    } finally {
      await admin.disconnect()
    }
  }

  async read(after: bigint, deliver: (message: string, place: bigint) => void, signal: AbortSignal): Promise<void> {
    if ((await this.end()) < after) throw new FeedTrouble('unsynchronised', 'the topic in Kafka has begun anew')
    if (signal.aborted) return
    const consumer = this.#client.consumer({ groupId: this.#groupId, maxWaitTimeInMs: MAX_WAIT_MS })
    const gone = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    try {
      await consumer.connect()
      await consumer.subscribe({ topics: [this.#topic], fromBeginning: false })
      await consumer.run({
        autoCommit: false,
        eachMessage: async ({ partition, message }) => {
          const offset = BigInt(message.offset)
          if (partition === PARTITION && offset >= after) deliver(message.value?.toString() ?? '', offset + 1n)
        },
      })
      consumer.seek({ topic: this.#topic, partition: PARTITION, offset: String(after) })
      await gone
    } finally {
      await consumer.disconnect()
    }
  }
}
