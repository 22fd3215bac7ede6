import { randomBytes } from 'node:crypto'
import type { Feed } from 'countersign/feed'
import { generateSigningKey, type SigningKey } from 'countersign/key'
import { chain, encodeFeedMessage, type LogEntry, type LogHead, ORIGIN, ORIGIN_HASH, type Replica } from 'countersign/revocation'

const CUTOFF_LIFE_MS = 3_605_000
const ENTRIES_A_PART = 2000

/**
 * A revocation log without a server, for measuring what a verifier costs alone: some live cut-offs of other people's
 * sessions, and a signed heartbeat each second, handed to the replica as a feed does.
 */
export class LocalLog implements Feed {
  readonly key: SigningKey = generateSigningKey('ES256')
  readonly #issuer: string
  readonly #entries: LogEntry[] = []
  #timer: NodeJS.Timeout | undefined
  #head: LogHead = { position: ORIGIN, hash: ORIGIN_HASH }

  constructor(issuer: string, liveCutoffs: number) {
    this.#issuer = issuer
    for (let count = 0; count < liveCutoffs; count++) this.#append(`ses_${randomBytes(16).toString('base64url')}`)
  }

  get position(): number {
    return this.#head.position
  }

  start(replica: Replica): void {
    const { position: head, hash } = this.#head
    const at = Date.now()
    const beginning = { type: 'snapshot', iss: this.#issuer, head, hash, at, readAt: at } as const
    const take = replica.beginSnapshot()
    for (let after = ORIGIN; after < head || head === ORIGIN; after += ENTRIES_A_PART) {
      const entries = this.#entries.slice(after, after + ENTRIES_A_PART)
      const upTo = Math.min(head, after + ENTRIES_A_PART)
      take(encodeFeedMessage({ ...beginning, after, upTo, entries }, this.key))
      if (head === ORIGIN) break
    }
    this.#timer = setInterval(() => replica.receive(this.#heartbeat()), 1000)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #heartbeat(): string {
    const at = Date.now()
    return encodeFeedMessage({ type: 'heartbeat', iss: this.#issuer, head: this.#head.position, hash: this.#head.hash, at }, this.key)
  }

  #append(session: string): void {
    const at = Date.now()
    const draft = { kind: 'cutoff', target: { kind: 'session', id: session }, mode: 'hard', expiresAt: at + CUTOFF_LIFE_MS } as const
    const entry = chain(this.#head, at, draft)
    this.#entries.push(entry)
    this.#head = { position: entry.position, hash: entry.hash }
  }
}
