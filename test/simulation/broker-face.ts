// A simulated broker as the driver of each kind shows it: real readers read it.
import type { Clock } from 'countersign/core'
import { createKafkaFeed, type KafkaClient } from 'countersign/kafka'
import { createNatsFeed, type NatsJetStream } from 'countersign/nats'
import { createPostgresFeed, type PostgresPool } from 'countersign/postgres'
import { createRedisFeed, type RedisClient } from 'countersign/redis'
import type { OpenFeed } from 'countersign/feed'
import type { SimulatedBroker, StoredMessage } from './simulated-broker.ts'

export const brokerKinds = ['redis', 'nats', 'kafka', 'postgres'] as const
export type BrokerKind = (typeof brokerKinds)[number]

/** The feed of a verifier that reads this broker. */
export function openFeedOf(kind: BrokerKind, broker: SimulatedBroker, clock: Clock): OpenFeed {
  switch (kind) {
    case 'redis':
      return createRedisFeed({ client: redisFace(broker, clock) })
    case 'nats':
      return createNatsFeed({ jetstream: natsFace(broker) })
    case 'kafka':
      return createKafkaFeed({ client: kafkaFace(broker) })
    case 'postgres':
      return createPostgresFeed({ pool: postgresFace(broker) })
  }
}

/** Resolves at the next arrival. */
const arrival = (broker: SimulatedBroker): Promise<void> =>
  new Promise((resolve) => {
    const cancel = broker.onArrival(() => {
      cancel()
      resolve()
    })
  })

const behind =
  (id: number) =>
  (message: StoredMessage): boolean =>
    message.id > id

/** Entry ids are times: after FLUSHALL they go on from there, and only the log tells that something is missing. */
function redisFace(broker: SimulatedBroker, clock: Clock): RedisClient {
  const idOf = ({ atMs, id }: StoredMessage): string => `${Math.floor(atMs)}-${id}`
  const entriesOf = (messages: readonly StoredMessage[]) => messages.map((each) => [idOf(each), ['type', 'any', 'jws', each.message]])
  const isBehind =
    (after: string) =>
    ({ atMs, id }: StoredMessage): boolean => {
      const [ms = 0, sequence = 0] = after.split('-').map(Number)
      return Math.floor(atMs) > ms || (Math.floor(atMs) === ms && id > sequence)
    }
  const read = async (words: readonly string[]): Promise<unknown> => {
    await broker.answer()
    const { last } = broker
    if (words[0] === 'XREVRANGE') return last === undefined ? [] : entriesOf([last])
    const blockMs = Number(words[words.indexOf('BLOCK') + 1])
    const isNew = isBehind(words.at(-1) ?? '')
    if (broker.messagesWhile(isNew).length === 0)
      await Promise.race([arrival(broker), new Promise<void>((resolve) => clock.after(blockMs, resolve))])
    await broker.answer()
    const found = broker.messagesWhile(isNew)
    return found.length === 0 ? null : [['countersign-feed', entriesOf(found)]]
  }
  return {
    duplicate: () => {
      const listeners: ((error: Error) => void)[] = []
      const cancel = broker.onBreak(() => {
        for (const listener of listeners) listener(new Error('ECONNRESET'))
      })
      return {
        connect: () => broker.answer(),
        destroy: cancel,
        on: (_event: 'error', listener: (error: Error) => void) => listeners.push(listener),
        sendCommand: read,
      }
    },
  }
}

/** A consumer does not outlive the connection it was made on, and does not say so: its reader hears nothing any more. */
function natsFace(broker: SimulatedBroker): NatsJetStream {
  return {
    jetstreamManager: async () => {
      await broker.answer()
      return {
        streams: {
          info: async () => {
            await broker.answer()
            return { created: `life ${broker.life}`, state: { last_seq: broker.lastId } }
          },
        },
      }
    },
    consumers: {
      get: async (_stream, { opt_start_seq }) => {
        await broker.answer()
        return {
          consume: async () => {
            const messages = follow(broker, opt_start_seq - 1)
            return {
              async *[Symbol.asyncIterator]() {
                for await (const { id, message } of messages) yield { seq: id, string: () => message }
              },
              close: async () => messages.end(),
            }
          },
          delete: async () => broker.answer(),
        }
      },
    },
  }
}

function kafkaFace(broker: SimulatedBroker): KafkaClient {
  return {
    admin: () => ({
      connect: () => broker.answer(),
      disconnect: async () => undefined,
      fetchTopicOffsets: async () => {
        await broker.answer()
        return [{ partition: 0, high: String(broker.lastId) }]
      },
    }),
    consumer: () => {
      let each: ((message: StoredMessage) => Promise<void>) | undefined
      let messages: Following | undefined
      return {
        connect: () => broker.answer(),
        disconnect: async () => messages?.end(),
        subscribe: () => broker.answer(),
        run: async ({ eachMessage }) => {
          // Offsets begin at 0, ids at 1.
          each = ({ id, message }) => eachMessage({ partition: 0, message: { offset: String(id - 1), value: message } })
        },
        seek: ({ offset }) => {
          messages = follow(broker, Number(offset))
          void feed(messages, (message) => each?.(message))
        },
      }
    },
  }
}

async function feed(messages: Following, take: (message: StoredMessage) => Promise<void> | undefined): Promise<void> {
  for await (const message of messages) await take(message)
}

function postgresFace(broker: SimulatedBroker): PostgresPool {
  return {
    connect: async () => {
      await broker.answer()
      const cancels: (() => void)[] = []
      return {
        query: async (sql, values = []) => {
          await broker.answer()
          if (sql.startsWith('LISTEN')) return { rows: [] }
          if (sql.includes('countersign_feed_end')) return { rows: broker.lastId === 0 ? [] : [{ id: String(broker.lastId) }] }
          return { rows: broker.messagesWhile(behind(Number(values[0]))).map(({ id, message }) => ({ id: String(id), message })) }
        },
        on: (event: string, listener: (error: Error) => void) => {
          if (event === 'notification') cancels.push(broker.onArrival(() => listener(new Error('unused'))))
          if (event === 'error') cancels.push(broker.onBreak(() => listener(new Error('terminating connection'))))
        },
        release: () => {
          for (const cancel of cancels) cancel()
        },
      }
    },
  }
}

interface Following extends AsyncIterable<StoredMessage> {
  end(): void
}

/** What stands behind `after` and what comes, in silence from when the connection has broken. */
function follow(broker: SimulatedBroker, after: number): Following {
  let last = after
  let isOver = false
  let wake = (): void => undefined
  const ended = new Promise<void>((resolve) => {
    wake = resolve
  })
  const silent = new Promise<never>(() => undefined)
  let isBroken = false
  const cancel = broker.onBreak(() => {
    isBroken = true
  })
  return {
    async *[Symbol.asyncIterator]() {
      while (!isOver) {
        const found = isBroken || !broker.isUp ? [] : broker.messagesWhile(behind(last))
        for (const message of found) {
          if (isOver) return
          last = message.id
          yield message
        }
        if (found.length === 0) await Promise.race([isBroken ? silent : arrival(broker), ended])
      }
    },
    end: () => {
      isOver = true
      cancel()
      wake()
    },
  }
}
