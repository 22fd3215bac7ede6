// The whole way: a server that is told of a broker, the broker, a verifier that reads it.
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { jetstream } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { createVerifier, type Verifier } from 'countersign'
import type { OpenFeed } from 'countersign/feed'
import { createKafkaFeed } from 'countersign/kafka'
import { createNatsFeed } from 'countersign/nats'
import { createPostgresFeed } from 'countersign/postgres'
import { createRedisFeed } from 'countersign/redis'
import { Kafka, logLevel } from 'kafkajs'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { PATIENCE_MS } from '../http/patience.ts'
import { ServerWorld } from '../http/server-world.ts'
import { startKafka } from '../service/kafka.ts'
import { startNats } from '../service/nats.ts'
import { startPostgres } from '../service/postgres.ts'
import type { Service } from '../service/process.ts'
import { startRedis } from '../service/redis.ts'

interface BrokerWorld {
  readonly service: Service
  /** What the server is told. */
  readonly options: { readonly feed: string; readonly database?: string; readonly secret?: string }
  readonly feed: OpenFeed
  readonly published: object
  readonly password?: string
}

const resources = new AsyncDisposableStack()
after(() => resources.disposeAsync())

const brokers: Readonly<Record<string, () => Promise<BrokerWorld>>> = {
  redis: async () => {
    const { url, service } = resources.use(await startRedis())
    const published = { type: 'redis', stream: 'countersign-feed' }
    return {
      service,
      options: { feed: url },
      feed: createRedisFeed({ client: createClient({ url }) }),
      published,
      password: new URL(url).password,
    }
  },
  nats: async () => {
    const { url, service } = resources.use(await startNats())
    const connection = await connect({ port: service.port, maxReconnectAttempts: -1, reconnectTimeWait: 50 })
    resources.defer(() => connection.close())
    const feed = createNatsFeed({ jetstream: jetstream(connection), stream: 'log' })
    return { service, options: { feed: `${url}?stream=log` }, feed, published: { type: 'nats', stream: 'log' } }
  },
  kafka: async () => {
    const { server, service } = resources.use(await startKafka())
    const client = new Kafka({ brokers: [server], logLevel: logLevel.NOTHING, retry: { retries: 2 } })
    const published = { type: 'kafka', stream: 'countersign-feed' }
    return { service, options: { feed: `kafka://${server}` }, feed: createKafkaFeed({ client }), published }
  },
  postgres: async () => {
    const postgres = resources.use(await startPostgres())
    const database = await postgres.createDatabase()
    const pool = new Pool({ connectionString: database, connectionTimeoutMillis: 1000 })
    pool.on('error', () => undefined)
    resources.defer(() => pool.end())
    const options = { feed: 'postgres', database, secret: 'kS3vN0x7Qe2Zp9Wc4Tj6Ry1Ub8Mh5Ld0Gf3Ka7Xo2Ei' }
    return { service: postgres.service, options, feed: createPostgresFeed({ pool }), published: { type: 'postgres' } }
  },
}

class Refusals {
  readonly #verifier: Verifier

  constructor(verifier: Verifier) {
    this.#verifier = verifier
  }

  async verdictOn(token: string): Promise<string> {
    try {
      await this.#verifier.authenticate({ authorization: `Bearer ${token}` })
      return 'accepted'
    } catch (error) {
      return (error as { code: string }).code
    }
  }

  async become(token: string, verdict: string): Promise<void> {
    // The client of a broker that was away waits before it looks again.
    const deadline = performance.now() + 2 * PATIENCE_MS
    for (let last = ''; last !== verdict; await pause(5)) {
      last = await this.verdictOn(token)
      if (performance.now() > deadline) assert.fail(`it stays ${last}: ${JSON.stringify(this.#verifier.status())}`)
    }
  }
}

async function verifierOf(world: ServerWorld, feed: OpenFeed): Promise<{ readonly verifier: Verifier; readonly refusals: Refusals }> {
  const { credential } = await world.service()
  const verifier = createVerifier({ issuer: world.url, audience: world.url, credential, feed })
  resources.defer(() => verifier.close())
  await verifier.ready()
  return { verifier, refusals: new Refusals(verifier) }
}

/** How often the verifier had to ask for a snapshot: not again, when all that follows comes through the broker. */
const snapshotsOf = ({ lines }: ServerWorld): number => lines.filter((line) => line.includes('"getFeedSnapshot"')).length

const revoke = async (world: ServerWorld, id: string): Promise<void> => {
  const { status } = await world.local('POST', '/v1/revocations', { target: { kind: 'user', id } })
  assert.equal(status, 201)
}

suite('a server that relays its log to a broker', () => {
  for (const [name, start] of Object.entries(brokers)) {
    test(`[B30] [I03] over ${name} a verifier learns of a revocation; discovery names the way and no secret`, async () => {
      const { options, feed, published, password } = await start()
      await using world = await ServerWorld.open(options)
      const { refusals, verifier } = await verifierOf(world, feed)
      const bob = await world.person()
      // A verifier that was not given its turn for seconds asks for a snapshot: of several revocations one at least needs none.
      let throughBroker = false
      for (let round = 0; round < 10 && !throughBroker; round++) {
        const ann = await world.person()
        await refusals.become(ann.access_token, 'accepted')
        const before = snapshotsOf(world)
        await revoke(world, ann.user.id)
        await refusals.become(ann.access_token, 'token_revoked')
        throughBroker = snapshotsOf(world) === before
      }
      assert.ok(throughBroker)
      await refusals.become(bob.access_token, 'accepted')
      const { text, body } = await world.ask('GET', '/.well-known/countersign')
      assert.deepEqual(body.feeds, [{ type: 'sse' }, published])
      if (password !== undefined) assert.ok(![text, ...world.lines].some((line) => line.includes(password)))
      verifier.close()
    })
  }

  for (const name of ['redis', 'nats']) {
    test(`[I02] [I11] F18 F20 F22: ${name} killed, its data lost: the server goes on, nothing is un-revoked, and all flows again`, async () => {
      const { options, feed, service } = await (brokers[name] ?? assert.fail(name))()
      await using world = await ServerWorld.open(options)
      const { refusals, verifier } = await verifierOf(world, feed)
      const [ann, bob, eve, joe] = [await world.person(), await world.person(), await world.person(), await world.person()]
      await revoke(world, ann.user.id)
      await refusals.become(ann.access_token, 'token_revoked')
      await service.kill()
      await revoke(world, bob.user.id)
      assert.equal(await world.verdictOn(bob.access_token), 'token_revoked', 'the server itself needs no broker')
      assert.equal(await refusals.verdictOn(ann.access_token), 'token_revoked')
      assert.equal(await refusals.verdictOn(joe.access_token), 'accepted', 'ordinary routes stay up')
      await service.restart()
      await refusals.become(bob.access_token, 'token_revoked')
      await revoke(world, eve.user.id)
      await refusals.become(eve.access_token, 'token_revoked')
      assert.equal(await refusals.verdictOn(ann.access_token), 'token_revoked')
      await refusals.become(joe.access_token, 'accepted')
      verifier.close()
    })
  }

  test('[I11] F28: with the broker down the server serves, a verifier starts from a snapshot, and both find it when it comes', async () => {
    const { options, feed, service } = await (brokers['redis'] ?? assert.fail())()
    await service.kill()
    await using world = await ServerWorld.open(options)
    const { refusals, verifier } = await verifierOf(world, feed)
    const ann = await world.person()
    await refusals.become(ann.access_token, 'accepted')
    await service.restart()
    await revoke(world, ann.user.id)
    await refusals.become(ann.access_token, 'token_revoked')
    verifier.close()
  })

  test('[I06] F28: with nobody to ask a verifier is not ready, and accepts nothing', async () => {
    const { options, feed } = await (brokers['redis'] ?? assert.fail())()
    const world = await ServerWorld.open(options)
    const { credential } = await world.service()
    const ann = await world.person()
    const { url } = world
    await world[Symbol.asyncDispose]()
    const verifier = createVerifier({ issuer: url, audience: url, credential, feed, readyTimeoutSeconds: 0.3 })
    await assert.rejects(verifier.ready())
    assert.equal(await new Refusals(verifier).verdictOn(ann.access_token), 'revocation_unknown')
    verifier.close()
  })
})
