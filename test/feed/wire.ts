import type { Feed, OpenFeed } from 'countersign/feed'
import { type Platform, systemPlatform } from 'countersign/core'
import type { SignedLog } from '../../packages/countersign/src/revocation/contract/signed-log.ts'

/** Short, so that a reader that hears nothing does not keep the tests waiting. */
export const IDLE_MS = 1000

/** Few, so that nearly every snapshot has several parts. */
const PART_POSITIONS = 5

/** One way from an issuer to its readers, with nothing in it yet. */
export interface Wire extends AsyncDisposable {
  /** A feed that reads it, with snapshots from `issuer`. */
  open(issuer: TestIssuer, idleTimeoutMs?: number): Feed
  /** Puts messages into it, in this order. */
  put(messages: readonly string[]): Promise<void>
  /** Everything in it is lost, and the broker killed and started again. */
  lose(): Promise<void>
  /** The broker answers no more. */
  stop(): void
  /** It takes up again where it was. */
  continue(): void
}

/** The issuer of a test: it signs a log, and gives snapshots of it as long as it can be reached. */
export class TestIssuer {
  readonly log: SignedLog
  readonly platform: Platform = systemPlatform
  isReachable = true
  snapshots = 0

  constructor(log: SignedLog) {
    this.log = log
  }

  async *snapshot(): AsyncGenerator<string> {
    if (!this.isReachable) throw new Error('the issuer cannot be reached')
    this.snapshots++
    if (this.log.head.position === 0) yield this.log.snapshot()
    else yield* this.log.parts(PART_POSITIONS)
  }
}

/** A feed through a broker, as a verifier opens it. */
export const openFor = (open: OpenFeed, issuer: TestIssuer): Feed => open({ platform: issuer.platform, snapshot: () => issuer.snapshot() })

/** For what cannot happen to a wire: whoever tries has claimed that it can. */
export const impossible = (): never => {
  throw new Error('this cannot happen to this wire')
}
