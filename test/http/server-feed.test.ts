import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createVerifier } from 'countersign'
import { patientPlatform } from './patience.ts'
import { ServerWorld } from './server-world.ts'

interface FeedEvent {
  readonly event: string
  readonly id: number
  readonly message: Readonly<Record<string, unknown>>
}

/** Reads a feed as any event-stream client does. */
class FeedClient implements AsyncDisposable {
  readonly #abort: AbortController
  readonly #reader: ReadableStreamDefaultReader<string>
  #text = ''

  private constructor(abort: AbortController, reader: ReadableStreamDefaultReader<string>) {
    this.#abort = abort
    this.#reader = reader
  }

  static async open(world: ServerWorld, credential: string, query = '', headers: Record<string, string> = {}): Promise<FeedClient> {
    const abort = new AbortController()
    const response = await fetch(`${world.url}/v1/feed${query}`, {
      headers: { authorization: `Bearer ${credential}`, ...headers },
      signal: abort.signal,
    })
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'text/event-stream')
    assert.equal(response.headers.get('cache-control'), 'no-store')
    assert.ok(response.body)
    return new FeedClient(abort, response.body.pipeThrough(new TextDecoderStream()).getReader())
  }

  /** The next event; undefined when the stream has ended. */
  async next(): Promise<FeedEvent | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n')
      if (end >= 0) {
        const lines = this.#text.slice(0, end).split('\n')
        this.#text = this.#text.slice(end + 2)
        if (lines[0]?.startsWith(':')) continue
        return parse(lines)
      }
      const { done, value } = await this.#reader.read()
      if (done) return undefined
      this.#text += value
    }
  }

  async until(event: string): Promise<FeedEvent> {
    for (let next = await this.next(); next !== undefined; next = await this.next()) if (next.event === event) return next
    throw new Error(`the feed ended without ${event}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort()
    await this.#reader.cancel().catch(() => undefined)
  }
}

function parse(lines: readonly string[]): FeedEvent {
  const fields = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]))
  const payload = fields.get('data')?.split('.')[1] ?? ''
  return {
    event: fields.get('event') ?? '',
    id: Number(fields.get('id')),
    message: JSON.parse(Buffer.from(payload, 'base64url').toString()),
  }
}

suite('the revocation feed', () => {
  let world: ServerWorld
  let credential: string
  before(async () => {
    world = await ServerWorld.open()
    credential = (await world.service()).credential
  })
  after(() => world[Symbol.asyncDispose]())

  const head = async (): Promise<number> => {
    const { text, headers } = await world.ask('GET', '/v1/feed/snapshot', { token: credential })
    assert.equal(headers.get('content-type'), 'application/vnd.countersign.snapshot')
    return JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString()).head
  }

  test('a reader that is up to date hears a heartbeat at once, then each entry with its position', async () => {
    const position = await head()
    await using feed = await FeedClient.open(world, credential, `?after=${position}`)
    const greeting = await feed.until('heartbeat')
    assert.equal(greeting.id, position)
    assert.equal(greeting.message['type'], 'heartbeat')
    assert.equal(greeting.message['iss'], world.url)
    const { body } = await world.local('POST', '/v1/revocations', { target: { kind: 'user', id: 'usr_x' } })
    const entries = await feed.until('entries')
    assert.equal(entries.id, body.position)
    assert.equal(entries.message['after'], position)
  })

  test('a reader that was away catches up from its position, named by address or by Last-Event-ID', async () => {
    const position = await head()
    for (const id of ['a', 'b', 'c']) await world.local('POST', '/v1/revocations', { target: { kind: 'token', id } })
    await using one = await FeedClient.open(world, credential, `?after=${position}`)
    await using two = await FeedClient.open(world, credential, '?after=0', { 'last-event-id': String(position) })
    for (const feed of [one, two]) {
      const { message, id } = await feed.until('entries')
      assert.equal(message['after'], position)
      assert.equal((message['entries'] as readonly unknown[]).length, 3)
      assert.equal(id, position + 3)
    }
  })

  test('a position that the log never had is answered with 410: load the snapshot', async () => {
    const { status, body } = await world.ask('GET', `/v1/feed?after=${(await head()) + 1}`, { token: credential })
    assert.equal(status, 410)
    assert.equal(body.code, 'position_forgotten')
    for (const after of ['-1', '1.5', 'x', '99999999999999999999']) {
      assert.equal((await world.ask('GET', `/v1/feed?after=${after}`, { token: credential })).status, 400)
    }
  })

  test('a HEAD of the feed is answered and ends', async () => {
    assert.equal((await world.ask('HEAD', '/v1/feed', { token: credential })).status, 200)
  })

  test('removing a credential ends the feeds that it opened, and no other', async () => {
    const other = await world.service('billing')
    await using mine = await FeedClient.open(world, credential, `?after=${await head()}`)
    await using theirs = await FeedClient.open(world, other.credential, `?after=${await head()}`)
    await mine.until('heartbeat')
    await theirs.until('heartbeat')
    assert.equal((await world.local('DELETE', `/v1/services/${other.id}`)).status, 204)
    while ((await theirs.next()) !== undefined);
    assert.equal((await world.ask('GET', '/v1/feed', { token: other.credential })).body.code, 'token_invalid')
    await mine.until('entries')
    assert.deepEqual(
      (await world.local('GET', '/v1/services')).body.services.map(({ name }: { name: string }) => name),
      ['orders'],
    )
    assert.equal((await world.local('DELETE', `/v1/services/${other.id}`)).body.code, 'not_found')
  })

  test('a verifier in another program learns of a revocation over it', async () => {
    const verifier = createVerifier({ issuer: world.url, audience: world.url, credential, platform: patientPlatform })
    try {
      await verifier.ready()
      const { access_token: token, user } = await world.person()
      const authorization = `Bearer ${token}`
      assert.equal((await verifier.authenticate({ authorization })).user, user.id)
      const heard = new Promise<void>((resolve) => {
        const look = (): void =>
          void verifier.authenticate({ authorization }).then(
            () => setImmediate(look),
            () => resolve(),
          )
        look()
      })
      await world.local('POST', '/v1/revocations', { target: { kind: 'user', id: user.id } })
      await heard
      await assert.rejects(verifier.authenticate({ authorization }), { code: 'token_revoked' })
    } finally {
      verifier.close()
    }
  })
})
