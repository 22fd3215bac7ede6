import type { Broker, BrokerConnection, SignedMessage } from '../../revocation/index.ts'
import { CONNECT_TIMEOUT_MS, KEPT_MESSAGES, loadDriver } from './driver.ts'

export interface RedisBrokerOptions {
  /** `redis://` or `rediss://`, with user and password if need be. */
  readonly url: string
  /** The key of the stream. */
  readonly stream: string
}

/** A Redis stream: `XADD <stream> MAXLEN ~ … * type … position … jws …`. */
export function redisBroker({ url, stream }: RedisBrokerOptions): Broker {
  return {
    name: 'redis',
    connect: async (): Promise<BrokerConnection> => {
      const { createClient } = await loadDriver('redis', () => import('redis'))
      // The relay reconnects: a client that waits by itself would hide that nothing arrives.
      const client = createClient({
        url,
        disableOfflineQueue: true,
        socket: { reconnectStrategy: false, connectTimeout: CONNECT_TIMEOUT_MS },
      })
      // The command that was under way fails as well, and is heard.
      client.on('error', () => undefined)
      await client.connect()
      const add = ({ type, position, compact }: SignedMessage): Promise<unknown> =>
        client.sendCommand([
          ...['XADD', stream, 'MAXLEN', '~', String(KEPT_MESSAGES), '*'],
          ...['type', type, 'position', String(position), 'jws', compact],
        ])
      return {
        put: async (messages) => void (await Promise.all(messages.map(add))),
        close: () => client.destroy(),
      }
    },
  }
}
