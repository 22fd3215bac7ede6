// The ways through a real broker: what the server puts into it, the library reads.
import { jetstream } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { createKafkaFeed } from 'countersign/kafka'
import { createNatsFeed } from 'countersign/nats'
import { createPostgresFeed } from 'countersign/postgres'
import { createRedisFeed } from 'countersign/redis'
import { Kafka, logLevel } from 'kafkajs'
import { Pool } from 'pg'
import { createClient } from 'redis'
import type { Broker, BrokerConnection } from '../../packages/server/src/revocation/index.ts'
import { kafkaBroker, natsBroker, postgresBroker, redisBroker } from '../../packages/server/src/store/index.ts'
import type { KafkaServer } from '../service/kafka.ts'
import type { NatsServer } from '../service/nats.ts'
import type { PostgresServer } from '../service/postgres.ts'
import type { RedisServer } from '../service/redis.ts'
import { IDLE_MS, impossible, openFor, type Wire } from './wire.ts'

let streams = 0
const newStream = (): string => `feed-${process.pid}-${streams++}`

/** Puts through a connection that is made anew when it has failed, as the relay does. */
class Putter {
  readonly #broker: Broker
  #connection: BrokerConnection | undefined

  constructor(broker: Broker) {
    this.#broker = broker
  }

  async put(messages: readonly string[]): Promise<void> {
    try {
      this.#connection ??= await this.#broker.connect()
      await this.#connection.put(messages.map((compact) => ({ type: 'entries', position: 0, compact })))
    } catch (error) {
      this.close()
      throw error
    }
  }

  close(): void {
    this.#connection?.close()
    this.#connection = undefined
  }
}

export async function redisWire({ url, service, command }: RedisServer): Promise<Wire> {
  const stream = newStream()
  const client = createClient({ url })
  const putter = new Putter(redisBroker({ url, stream }))
  return {
    open: (issuer, idleTimeoutMs = IDLE_MS) => openFor(createRedisFeed({ client, stream, idleTimeoutMs }), issuer),
    put: (messages) => putter.put(messages),
    lose: async () => {
      await command('FLUSHALL')
      await service.kill()
      await service.restart()
    },
    stop: () => service.stop(),
    continue: () => service.continue(),
    [Symbol.asyncDispose]: async () => putter.close(),
  }
}

export async function natsWire({ url, service, deleteStream }: NatsServer): Promise<Wire & { readonly stream: string }> {
  const stream = newStream()
  const connection = await connect({ port: service.port, maxReconnectAttempts: -1, reconnectTimeWait: 50 })
  const putter = new Putter(natsBroker({ servers: [new URL(url).host], stream }))
  return {
    stream,
    open: (issuer, idleTimeoutMs = IDLE_MS) => openFor(createNatsFeed({ jetstream: jetstream(connection), stream, idleTimeoutMs }), issuer),
    put: (messages) => putter.put(messages),
    lose: async () => {
      await deleteStream(stream)
      await service.kill()
      await service.restart()
    },
    stop: () => service.stop(),
    continue: () => service.continue(),
    [Symbol.asyncDispose]: async () => {
      putter.close()
      await connection.close()
    },
  }
}

export async function kafkaWire({ server, service }: KafkaServer): Promise<Wire> {
  const stream = newStream()
  const client = new Kafka({ brokers: [server], logLevel: logLevel.NOTHING, retry: { retries: 2 } })
  const putter = new Putter(kafkaBroker({ servers: [server], tls: false, stream }))
  return {
    open: (issuer, idleTimeoutMs = 5000) => openFor(createKafkaFeed({ client, stream, idleTimeoutMs }), issuer),
    put: (messages) => putter.put(messages),
    // Its port would be another one afterwards.
    lose: impossible,
    stop: () => service.stop(),
    continue: () => service.continue(),
    [Symbol.asyncDispose]: async () => putter.close(),
  }
}

export async function postgresWire(server: PostgresServer): Promise<Wire> {
  const url = await server.createDatabase()
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 1000 })
  pool.on('error', () => undefined)
  const putter = new Putter(postgresBroker(url))
  return {
    open: (issuer, idleTimeoutMs = IDLE_MS) => openFor(createPostgresFeed({ pool, idleTimeoutMs }), issuer),
    put: (messages) => putter.put(messages),
    lose: async () => {
      putter.close()
      await server.crash()
      await server.dropDatabase(url)
      await server.query(`CREATE DATABASE ${new URL(url).pathname.slice(1)}`)
    },
    stop: () => server.service.stop(),
    continue: () => server.service.continue(),
    [Symbol.asyncDispose]: async () => {
      putter.close()
      await pool.end()
    },
  }
}
