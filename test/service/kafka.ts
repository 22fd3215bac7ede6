import { installed, type Service, startService } from './process.ts'

export interface KafkaServer extends AsyncDisposable {
  readonly service: Service
  /** `host:port` of the one broker. */
  readonly server: string
}

const address = /bootstrap\.servers=(127\.0\.0\.1:\d+)/

/**
 * A Kafka broker in memory: no real one can be installed here, but librdkafka's mock cluster, which `kcat` starts, speaks the
 * protocol: producing, groups, fetching. It chooses its port, so that it cannot be started again at the same place.
 */
export async function startKafka(): Promise<KafkaServer> {
  const service = await startService({
    command: await installed('kcat', 'kcat'),
    // It consumes a topic of no interest, for ever.
    args: () => ['-C', '-b', '127.0.0.1:1', '-t', 'unused', '-X', 'test.mock.num.brokers=1', '-d', 'mock'],
    ready: (place) => address.test(place.output()),
  })
  // What is printed first is kept by nobody for long.
  const [, server = ''] = address.exec(service.output()) ?? []
  return { service, server, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() }
}
