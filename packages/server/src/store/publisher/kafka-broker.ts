import type { Broker, BrokerConnection } from '../../revocation/index.ts'
import { CONNECT_TIMEOUT_MS, KEPT_MS, loadDriver } from './driver.ts'

export interface KafkaBrokerOptions {
  /** `host:port` of one or more brokers of the cluster. */
  readonly servers: readonly string[]
  readonly tls: boolean
  readonly user?: string
  readonly password?: string
  /** Name of the topic. */
  readonly stream: string
}

/** One partition, because the log has one order. */
const PARTITION = 0

/** The first partition of a topic. The topic is made when that is allowed, and otherwise has to be there. */
export function kafkaBroker({ servers, tls, user, password, stream }: KafkaBrokerOptions): Broker {
  return {
    name: 'kafka',
    connect: async (): Promise<BrokerConnection> => {
      const { Kafka, logLevel } = await loadDriver('kafkajs', () => import('kafkajs'))
      const kafka = new Kafka({
        clientId: 'countersign',
        brokers: [...servers],
        ssl: tls,
        connectionTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout: CONNECT_TIMEOUT_MS,
        logLevel: logLevel.NOTHING,
        // The relay tries again by itself.
        retry: { retries: 1 },
        ...(user === undefined ? {} : { sasl: { mechanism: 'scram-sha-512' as const, username: user, password: password ?? '' } }),
      })
      const admin = kafka.admin()
      await admin.connect()
      try {
        const configEntries = [{ name: 'retention.ms', value: String(KEPT_MS) }]
        await admin.createTopics({ topics: [{ topic: stream, numPartitions: 1, configEntries }] })
      } catch {
        // It is there already, or only its operator may make it: the first message tells.
      } finally {
        await admin.disconnect()
      }
      const producer = kafka.producer({ allowAutoTopicCreation: true })
      await producer.connect()
      return {
        put: async (messages) => {
          const records = messages.map(({ compact }) => ({ value: compact, partition: PARTITION }))
          await producer.send({ topic: stream, messages: records, acks: -1 })
        },
        close: () => void producer.disconnect().catch(() => undefined),
      }
    },
  }
}
