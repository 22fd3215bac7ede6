import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from 'countersign/core'
import type { Feed } from 'countersign/feed'
import { Replica } from 'countersign/revocation'
import { ISSUER, SignedLog, tokenFacts } from '../../packages/countersign/src/revocation/contract/signed-log.ts'
import { PATIENCE_MS } from '../http/patience.ts'
import { TestIssuer, type Wire } from './wire.ts'

const BEAT_MS = 100

export interface Reader {
  readonly replica: Replica
  readonly feed: Feed
  readonly troubles: string[]
}

export interface ReaderOptions {
  readonly freshMs?: number
  readonly graceMs?: number
  /** How long nothing may come before the reader begins anew, with a snapshot. Default: as short as the wire allows. */
  readonly idleTimeoutMs?: number
}

/** An issuer, a wire and readers. Nothing here waits for a fixed time: it waits until something holds, and fails when it never does. */
export class Scene implements AsyncDisposable {
  readonly issuer: TestIssuer = new TestIssuer(new SignedLog(systemClock))
  readonly wire: Wire
  readonly #readers: Reader[] = []
  #isBeating = false

  constructor(wire: Wire) {
    this.wire = wire
  }

  get log(): SignedLog {
    return this.issuer.log
  }

  /** A reader that has heard from the issuer through the wire. */
  async reader({ idleTimeoutMs, ...freshness }: ReaderOptions = {}): Promise<Reader> {
    const { log } = this
    const replica = new Replica({ issuer: ISSUER, clock: systemClock, keys: () => log.keys, algorithms: ['ES256'], ...freshness })
    const reader: Reader = { replica, feed: this.wire.open(this.issuer, idleTimeoutMs), troubles: [] }
    this.#readers.push(reader)
    let isFlowing = false
    reader.feed.start(replica, {
      unknownKey: () => undefined,
      trouble: (reason) => void reader.troubles.push(reason),
      flowing: () => {
        isFlowing = true
      },
    })
    await this.until(() => isFlowing, 'the first message')
    return reader
  }

  /** Revokes a user and tells it. */
  async revoke(user: string): Promise<void> {
    const after = this.log.head.position
    this.log.revoke('user', user)
    await this.tell([this.log.batch(after)])
  }

  /** As the relay does: until the broker has taken it. */
  async tell(messages: readonly string[]): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      try {
        return await this.wire.put(messages)
      } catch (error) {
        if (performance.now() > deadline) throw error
        await pause(20)
      }
    }
  }

  /** Lets heartbeats flow until it holds. */
  async until(holds: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS
    let beatenAt = Number.NEGATIVE_INFINITY
    while (!holds()) {
      if (performance.now() > deadline)
        throw new Error(`it never came to this: ${what}; ${this.#readers.flatMap(({ troubles }) => troubles).join(' | ')}`)
      if (performance.now() - beatenAt > BEAT_MS) {
        beatenAt = performance.now()
        this.#beat()
      }
      await pause(2)
    }
  }

  /** The reader stands where the log ends. */
  caughtUp({ replica }: Reader): Promise<void> {
    return this.until(() => replica.position === this.log.head.position && replica.freshness().state === 'fresh', 'the reader caught up')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { feed, replica } of this.#readers) {
      feed.close()
      replica.close()
    }
    await this.wire[Symbol.asyncDispose]()
  }

  #beat(): void {
    if (this.#isBeating) return
    this.#isBeating = true
    const done = (): void => {
      this.#isBeating = false
    }
    this.wire.put([this.log.heartbeat()]).then(done, done)
  }
}

export const isRevoked = ({ replica }: Reader, user: string): boolean => replica.isRevoked(tokenFacts({ user }))

/** Of each user, whether a token from before everything is dead: the state that matters, as one text. */
export const verdicts = (reader: Reader, users: readonly string[]): string => users.map((user) => Number(isRevoked(reader, user))).join('')

/** The messages in an order that looks like none, the same in every run. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const rest = [...items]
  const mixed: T[] = []
  let state = seed
  while (rest.length > 0) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    mixed.push(...rest.splice(state % rest.length, 1))
  }
  return mixed
}
