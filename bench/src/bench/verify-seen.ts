import { setImmediate } from 'node:timers/promises'
import type { PresentedCredentials } from 'countersign'
import type { Bench, Row, Settings, Table } from '../bench.ts'
import { type Candidate, interleave, type Timing } from '../harness/interleave.ts'
import { candidate } from '../peer/candidate.ts'
import { fastJwtVerifier } from '../peer/fast-jwt.ts'
import { jose } from '../peer/jose.ts'
import { jsonwebtoken } from '../peer/jsonwebtoken.ts'
import type { Operation } from '../peer/jwt-peer.ts'
import { LIVE_CUTOFFS, localVerifier } from '../subject/local-verifier.ts'
import { type KeyMaterial, newClaims, newKey, newToken } from '../subject/material.ts'

const STRING_ALONE = 'making the string (in every row)'
const DEFAULT_CACHE = 'fast-jwt, default cache (1000 tokens)'
const sizes = [1_000, 16_000, 128_000]
const quickSizes = [1_000, 4_000]

/** Live tokens as the bytes of their `Authorization` header, in an order that no cache line can foresee. */
async function headers(key: KeyMaterial, count: number, rev: number): Promise<readonly Buffer[]> {
  const all: Buffer[] = []
  await once(Array.from({ length: count }), () => all.push(Buffer.from(`Bearer ${newToken(key, newClaims(rev))}`, 'latin1')))
  for (let index = all.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1))
    const held = all[index] as Buffer
    all[index] = all[other] as Buffer
    all[other] = held
  }
  return all
}

/** node:http makes a new string of the header's bytes for each request, which has no hash yet. */
const fresh = (header: Buffer): string => header.toString('latin1')
const tokenOf = (header: Buffer): string => fresh(header).slice(7)

const onToken = (operation: Operation<string>): Operation<Buffer> =>
  operation.kind === 'sync'
    ? { kind: 'sync', call: (header) => operation.call(tokenOf(header)) }
    : { kind: 'async', call: (header) => operation.call(tokenOf(header)) }

function mapGet(pool: readonly Buffer[]): Candidate {
  const known = new Map(pool.map((header) => [tokenOf(header), header]))
  return candidate('Map.get (no check at all)', pool, { kind: 'sync', call: (header) => known.get(tokenOf(header)) })
}

/** Above this many tokens fast-jwt's second cache is left out: filling it takes longer than all the measuring. */
const MAX_SECOND_CACHE = 16_000

/** Runs the operation once on each; the heartbeats of the log, a timer, get their turn meanwhile. */
async function once<Input>(inputs: readonly Input[], call: (input: Input) => unknown): Promise<void> {
  for (const [index, input] of inputs.entries()) {
    call(input)
    if (index % 500 === 0) await setImmediate()
  }
}

async function fastJwtCandidates(key: KeyMaterial, pool: readonly Buffer[]): Promise<readonly Candidate[]> {
  const room = pool.length * 2
  const fits: [string, (token: string) => unknown] = ['fast-jwt, cache that fits', await fastJwtVerifier(key, { cache: room })]
  const named = [fits]
  if (pool.length <= MAX_SECOND_CACHE)
    named.push([`${fits[0]}, token as key`, await fastJwtVerifier(key, { cache: room, tokenAsKey: true })])
  // Seen once each: what is measured is the cache.
  for (const [, verify] of named) await once(pool, (header) => verify(tokenOf(header)))
  const byDefault = await fastJwtVerifier(key, { cache: true })
  await once(pool.slice(0, 2000), (header) => byDefault(tokenOf(header)))
  named.unshift([DEFAULT_CACHE, byDefault])
  return named.map(([label, call]) => candidate(label, pool, onToken({ kind: 'sync', call })))
}

async function measure(count: number, settings: Settings): Promise<Table> {
  settings.log(`verify-seen ${count} tokens: signing and filling caches …`)
  const key = newKey('ES256')
  using subject = await localVerifier(key, count * 2)
  const pool = await headers(key, count, subject.position)
  const presented = (header: Buffer): PresentedCredentials => ({ authorization: fresh(header), cookie: undefined })
  const { verifier } = subject
  const ours = candidate('countersign check()', pool, { kind: 'sync', call: (header) => verifier.check(presented(header)) })
  const awaited = candidate('countersign authenticate()', pool, {
    kind: 'async',
    call: (header) => verifier.authenticate(presented(header)),
  })
  await once(pool, (header) => verifier.check(presented(header)))
  const string = candidate(STRING_ALONE, pool, { kind: 'sync', call: (header) => fresh(header).length })
  const cached = [ours, awaited, string, ...(await fastJwtCandidates(key, pool)), mapGet(pool)]
  const uncached = [
    candidate('jose (no cache)', pool, onToken(await jose.verifier(key))),
    candidate('jsonwebtoken (no cache)', pool, onToken(await jsonwebtoken.verifier(key))),
  ]
  settings.log(`verify-seen ${count} tokens: measuring …`)
  const pace = settings.quick ? { rounds: 5, roundMs: 25 } : { rounds: 11, roundMs: 60 }
  return tableOf(count, pool[0]?.length ?? 0, await interleave([...cached, ...uncached], pace))
}

function tableOf(count: number, headerLength: number, timings: readonly Timing[]): Table {
  const oursNs = timings[0]?.medianNs ?? Number.NaN
  const stringNs = timings.find(({ label }) => label === STRING_ALONE)?.medianNs ?? Number.NaN
  const rows: readonly Row[] = timings.map(({ label, medianNs, fastestNs, slowestNs }) => {
    const netNs = label === STRING_ALONE ? undefined : medianNs - stringNs
    const ofOursNet = netNs === undefined ? undefined : netNs / (oursNs - stringNs)
    return { label, values: { ns: medianNs, fastestNs, slowestNs, ofOurs: medianNs / oursNs, netNs, ofOursNet } }
  })
  return {
    title: `${count} live ES256 tokens of ${headerLength - 7} characters`,
    columns: [
      { key: 'ns', heading: 'median ns' },
      { key: 'fastestNs', heading: 'fastest' },
      { key: 'slowestNs', heading: 'slowest' },
      { key: 'ofOurs', heading: 'times check()', digits: 2 },
      { key: 'netNs', heading: 'less string ns' },
      { key: 'ofOursNet', heading: 'times, less string', digits: 2 },
    ],
    rows,
  }
}

export const verifySeen: Bench = {
  title: 'a token that was seen before, in a fresh string each time',
  async run(settings) {
    const tables: Table[] = []
    for (const count of settings.quick ? quickSizes : sizes) {
      if (settings.only === undefined || String(count).includes(settings.only)) tables.push(await measure(count, settings))
    }
    return {
      tables,
      notes: [
        'Each call gets a new string made of the header bytes, as node:http makes it; making it is in every row, and taken off in the two columns at the right. Tokens come round in random order.',
        `countersign: check() is what the guards call and answers without a promise when nothing has to be waited for; authenticate() is the same behind a promise, awaited. Both do everything: extraction, signature (remembered), expiry, and revocation against a log with ${LIVE_CUTOFFS} live cut-offs and a heartbeat each second. No other row checks revocation.`,
        `${DEFAULT_CACHE}: its own size. With more live tokens than that it mostly verifies anew; "cache that fits" has room for twice the tokens.`,
        'fast-jwt finds a cached token by its SHA digest; "token as key" is the quicker form that its documentation offers, with a warning about leaks. It checks expiry, issuer and audience were checked when the token was first seen.',
        'Map.get finds the string and checks nothing. jose and jsonwebtoken have no cache: they verify the signature each time.',
      ],
    }
  },
}
