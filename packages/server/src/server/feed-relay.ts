import type { Platform } from 'countersign/core'
import type { Logger } from 'pino'
import { type Broker, type Publisher, Relay, type RelayChange } from '../revocation/index.ts'
import { kafkaBroker, natsBroker, postgresBroker, redisBroker } from '../store/index.ts'
import type { ServerConfig } from './config.ts'

interface Ground {
  readonly publisher: Publisher
  readonly platform: Platform
  readonly log: Logger
}

/** The relay to the broker that the configuration names, if it names one. */
export function openRelay(config: ServerConfig, { publisher, platform, log }: Ground): Relay | undefined {
  const broker = brokerOf(config)
  if (broker === undefined) return undefined
  const onChange = (change: RelayChange): void => {
    if (change.state === 'relaying') log.info({ broker: broker.name }, 'the broker takes the log')
    else log.warn({ broker: broker.name, reason: reasonOf(change.error) }, 'the broker does not take the log; HTTP feeds go on')
  }
  return new Relay({ publisher, broker, platform, onChange })
}

function brokerOf({ feed, database }: ServerConfig): Broker | undefined {
  switch (feed.kind) {
    case 'sse':
      return undefined
    case 'redis':
      return redisBroker(feed)
    case 'nats':
      return natsBroker(feed)
    case 'kafka':
      return kafkaBroker(feed)
    case 'postgres':
      // The configuration has no such feed without such a database.
      return database.kind === 'postgres' ? postgresBroker(database.url) : undefined
  }
}

/** The message alone: the errors of some drivers carry their whole configuration. */
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown')
