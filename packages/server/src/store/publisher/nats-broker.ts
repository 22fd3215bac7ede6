import type { Broker, BrokerConnection } from '../../revocation/index.ts'
import { CONNECT_TIMEOUT_MS, KEPT_MESSAGES, KEPT_MS, loadDriver } from './driver.ts'

export interface NatsBrokerOptions {
  /** `host:port` of one or more servers of a cluster. */
  readonly servers: readonly string[]
  readonly user?: string
  readonly password?: string
  /** Name of the stream, and of the one subject in it. */
  readonly stream: string
}

/** A JetStream stream. An existing one is taken as its operator made it; otherwise one in memory is made. */
export function natsBroker({ servers, user, password, stream }: NatsBrokerOptions): Broker {
  return {
    name: 'nats',
    connect: async (): Promise<BrokerConnection> => {
      const { connect, nanos } = await loadDriver('@nats-io/transport-node', () => import('@nats-io/transport-node'))
      const { jetstream, jetstreamManager, StorageType } = await loadDriver('@nats-io/jetstream', () => import('@nats-io/jetstream'))
      const connection = await connect({
        servers: [...servers],
        timeout: CONNECT_TIMEOUT_MS,
        // The relay reconnects: a client that waits by itself would hide that nothing arrives.
        reconnect: false,
        ...(user === undefined ? {} : { user }),
        ...(password === undefined ? {} : { pass: password }),
      })
      const close = (): void => void connection.close().catch(() => undefined)
      try {
        const manager = await jetstreamManager(connection)
        const isThere = await manager.streams.info(stream).then(
          () => true,
          () => false,
        )
        if (!isThere) {
          const bounds = { max_msgs: KEPT_MESSAGES, max_age: nanos(KEPT_MS) }
          await manager.streams.add({ name: stream, subjects: [stream], storage: StorageType.Memory, ...bounds })
        }
      } catch (error) {
        close()
        throw error
      }
      const client = jetstream(connection)
      return {
        // Sent at once and in order on one connection; then the acknowledgements are awaited.
        put: async (messages) => void (await Promise.all(messages.map(({ compact }) => client.publish(stream, compact)))),
        close,
      }
    },
  }
}
