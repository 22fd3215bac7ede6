import { after, before } from 'node:test'
import { type KafkaServer, startKafka } from '../service/kafka.ts'
import { kafkaWire } from './broker-wire.ts'
import { feedContract } from './contract.ts'

let server: KafkaServer

before(async () => {
  server = await startKafka()
})
after(() => server[Symbol.asyncDispose]())

feedContract('Kafka', () => kafkaWire(server), { moment: true })
