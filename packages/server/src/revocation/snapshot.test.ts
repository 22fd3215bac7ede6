import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keySet, verificationKey } from 'countersign/key'
import { decodeFeedMessage, MAX_FEED_MESSAGE_LENGTH, Replica, type SnapshotMessage } from 'countersign/revocation'
import { type Domain, ISSUER, openDomain } from '../account/contract/domain.ts'

const algorithms = ['ES256'] as const
const feedKeys = ({ keys }: Domain) => keySet(keys.published('feed').map(verificationKey))

async function revokeTokens(domain: Domain, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => domain.revocations.revoke({ target: { kind: 'token', id } })))
}

const numbered = (name: string, count: number): readonly string[] => Array.from({ length: count }, (_, index) => `${name}-${index}`)

function read(domain: Domain, part: string): SnapshotMessage {
  const message = decodeFeedMessage(part, { issuer: ISSUER, keys: feedKeys(domain), algorithms })
  assert.ok(message.type === 'snapshot')
  return message
}

/** Every part, with what happens after each. */
async function readAll(domain: Domain, between: (part: number) => Promise<unknown> = async () => undefined): Promise<SnapshotMessage[]> {
  const parts: SnapshotMessage[] = []
  for await (const part of domain.publisher.snapshot()) {
    parts.push(read(domain, part))
    await between(parts.length)
  }
  return parts
}

/** Of the tokens: the log begins with other entries. */
const idsOf = (parts: readonly SnapshotMessage[]): readonly string[] =>
  parts.flatMap(({ entries }) => entries.filter(({ target }) => target.kind === 'token').map(({ target }) => target.id))

test('[I07] a long log is told in parts that join, of one moment, whoever revokes meanwhile', async () => {
  const domain = await openDomain()
  const ids = numbered('early', 3500)
  await revokeTokens(domain, ids)
  const { position, hash } = await domain.store.log.head()
  const at = domain.clock.now()
  const parts = await readAll(domain, (part) => {
    domain.clock.advance(10)
    return revokeTokens(domain, [`late-${part}`])
  })
  assert.ok(parts.length > 3)
  for (const [index, part] of parts.entries()) {
    assert.deepEqual([part.head, part.hash, part.at], [position, hash, at])
    assert.equal(part.after, parts[index - 1]?.upTo ?? 0)
    assert.equal(part.readAt, at + index * 10)
  }
  assert.equal(parts.at(-1)?.upTo, position)
  assert.deepEqual(
    idsOf(parts).filter((id) => !id.startsWith('early')),
    [],
  )
  assert.deepEqual(new Set(idsOf(parts)), new Set(ids))
})

test('[I02] a replica that has taken the parts follows from their head without a gap', async () => {
  const domain = await openDomain()
  await revokeTokens(domain, numbered('early', 2500))
  const replica = new Replica({ issuer: ISSUER, clock: domain.clock, keys: () => feedKeys(domain), algorithms })
  const take = replica.beginSnapshot()
  const received: string[] = []
  for await (const part of domain.publisher.snapshot()) {
    received.push(take(part))
    await revokeTokens(domain, [`late-${received.length}`])
  }
  assert.deepEqual(new Set(received.slice(0, -1)), new Set(['part']))
  assert.equal(received.at(-1), 'applied')
  const { position: after } = replica
  const entries = await domain.store.log.entriesAfter(after, 1000)
  assert.ok(entries !== 'forgotten')
  assert.equal(replica.receive(domain.authority.entries(after, entries).compact), 'applied')
  assert.equal(replica.position, (await domain.store.log.head()).position)
})

test('[I12] what has expired is not told; what expires and is forgotten while it is read has expired for the reader too', async () => {
  const domain = await openDomain()
  await revokeTokens(domain, numbered('expired', 1500))
  domain.clock.advance(400_000)
  await revokeTokens(domain, numbered('expiring', 1500))
  domain.clock.advance(200_000)
  await revokeTokens(domain, numbered('living', 1500))
  const parts = await readAll(domain, async (part) => {
    if (part !== 2) return
    domain.clock.advance(150_000)
    await domain.store.log.forget(domain.clock.now())
  })
  const ids = idsOf(parts)
  assert.deepEqual(
    ids.filter((id) => id.startsWith('expired')),
    [],
  )
  assert.equal(new Set(ids.filter((id) => id.startsWith('living'))).size, 1500)
  const missing = 1500 - ids.filter((id) => id.startsWith('expiring')).length
  assert.ok(missing > 0 && (parts.at(-1)?.readAt ?? 0) >= domain.clock.now(), `${missing} missing`)
})

test('[I13] parts stay far below the length that a reader accepts, whatever the ids are', async () => {
  const domain = await openDomain()
  const worst = Array.from({ length: 1000 }, (_, index) => `${index}${'\u0001'.repeat(1000)}`.slice(0, 1024))
  for (const id of worst) await domain.store.log.revoke({ target: { kind: 'token', id }, mode: 'soft', at: domain.clock.now() })
  const lengths: number[] = []
  const ids: string[] = []
  for await (const part of domain.publisher.snapshot()) {
    lengths.push(part.length)
    ids.push(...idsOf([read(domain, part)]))
  }
  assert.deepEqual(new Set(ids), new Set(worst))
  assert.ok(Math.max(...lengths) < MAX_FEED_MESSAGE_LENGTH, `${Math.max(...lengths)} characters`)
})

test('[I13] between two parts everything else that waits has its turn, however many read', async () => {
  const domain = await openDomain()
  await revokeTokens(domain, numbered('token', 3500))
  let turns = 0
  let isReading = true
  const count = (): void => {
    turns++
    if (isReading) setImmediate(count)
  }
  setImmediate(count)
  const all = await Promise.all([readAll(domain), readAll(domain), readAll(domain)])
  isReading = false
  const made = all.reduce((sum, parts) => sum + parts.length - 1, 0)
  assert.ok(made >= 9 && turns >= made, `${turns} turns for ${made} parts`)
})
