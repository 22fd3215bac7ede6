import { createClient } from 'redis'
import { installed, type Service, startService } from './process.ts'

export interface RedisServer extends AsyncDisposable {
  readonly service: Service
  readonly url: string
  /** Runs one command. */
  command(...words: readonly string[]): Promise<unknown>
}

const PASSWORD = 'a-password-that-no-log-may-show'

/** A Redis of its own that stores nothing: killed, it has lost everything. */
export async function startRedis(): Promise<RedisServer> {
  const service = await startService({
    command: await installed('redis-server', 'redis-server'),
    args: ({ port, folder }) => [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
      ...['--save', '', '--appendonly', 'no', '--requirepass', PASSWORD],
    ],
  })
  const url = `redis://:${PASSWORD}@127.0.0.1:${service.port}`
  return {
    service,
    url,
    command: async (...words) => {
      const client = createClient({ url, socket: { reconnectStrategy: false } })
      client.on('error', () => undefined)
      await client.connect()
      try {
        return await client.sendCommand(words)
      } finally {
        client.destroy()
      }
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  }
}
