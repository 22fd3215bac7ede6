import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { installed, type Service, startService } from './process.ts'

export interface NatsServer extends AsyncDisposable {
  readonly service: Service
  readonly url: string
  deleteStream(name: string): Promise<void>
  purgeStream(name: string): Promise<void>
}

/** A NATS server of its own, with JetStream. */
export async function startNats(): Promise<NatsServer> {
  const service = await startService({
    command: await installed('nats-server', 'nats-server'),
    args: ({ port, folder }) => ['--addr', '127.0.0.1', '--port', String(port), '--jetstream', '--store_dir', folder],
  })
  const withManager = async (work: (manager: Awaited<ReturnType<typeof jetstreamManager>>) => Promise<unknown>): Promise<void> => {
    const connection = await connect({ port: service.port, reconnect: false })
    try {
      await work(await jetstreamManager(connection))
    } finally {
      await connection.close()
    }
  }
  return {
    service,
    url: `nats://127.0.0.1:${service.port}`,
    deleteStream: (name) => withManager((manager) => manager.streams.delete(name)),
    purgeStream: (name) => withManager((manager) => manager.streams.purge(name)),
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  }
}
