import { after, before } from 'node:test'
import { type RedisServer, startRedis } from '../service/redis.ts'
import { redisWire } from './broker-wire.ts'
import { feedContract } from './contract.ts'

let server: RedisServer

before(async () => {
  server = await startRedis()
})
after(() => server[Symbol.asyncDispose]())

feedContract('Redis Streams', () => redisWire(server), { loss: true, moment: true, silence: true })
