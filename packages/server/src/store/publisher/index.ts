export { kafkaBroker } from './kafka-broker.ts'
export { natsBroker } from './nats-broker.ts'
export { postgresBroker } from './postgres-broker.ts'
export { redisBroker } from './redis-broker.ts'
