import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import {
  CLOCKS_APART_MS,
  type EntryPropagation,
  type HeardReports,
  type ReportedVerifier,
  type VerifierReportStore,
} from '../../revocation/verifier-report/index.ts'

/** For a database that one server has to itself as well: there is nobody to tell, and what is lost with the process comes again by itself. */
export class MemoryVerifierReportStore implements VerifierReportStore {
  readonly #verifiers = new Map<string, ReportedVerifier>()
  readonly #propagation = new Map<string, EntryPropagation>()

  async note(server: string, { verifiers, propagation }: HeardReports, maximum: number): Promise<void> {
    for (const verifier of verifiers) {
      const key = keyOf(verifier)
      const aheadMs = (this.#verifiers.get(key)?.receivedAt ?? 0) - verifier.receivedAt
      if (aheadMs <= 0 || aheadMs > CLOCKS_APART_MS) this.#verifiers.set(key, verifier)
    }
    for (const entry of propagation) this.#propagation.set(`${entry.position} ${server}`, entry)
    for (const service of new Set(verifiers.map((each) => each.service))) this.#bound(service, maximum)
  }

  async verifiers(since: EpochMs): Promise<readonly ReportedVerifier[]> {
    return [...this.#verifiers.values()].filter(({ receivedAt }) => receivedAt >= since).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  }

  async propagation(since: EpochMs, maximum: number): Promise<readonly EntryPropagation[]> {
    const entries = [...this.#propagation.values()].filter(({ at }) => at >= since)
    return entries.sort((a, b) => b.position - a.position).slice(0, maximum)
  }

  async propagationOf(positions: readonly Position[]): Promise<readonly EntryPropagation[]> {
    const wanted = new Set(positions)
    return [...this.#propagation.values()].filter(({ position }) => wanted.has(position))
  }

  async forget(verifiersBefore: EpochMs, { before, maximum }: { readonly before: EpochMs; readonly maximum: number }): Promise<void> {
    for (const [key, { receivedAt }] of this.#verifiers) if (receivedAt < verifiersBefore) this.#verifiers.delete(key)
    let newest = 0
    for (const { position } of this.#propagation.values()) newest = Math.max(newest, position)
    for (const [key, { at, position }] of this.#propagation) {
      if (at < before || position <= newest - maximum) this.#propagation.delete(key)
    }
  }

  #bound(service: string, maximum: number): void {
    const own = [...this.#verifiers.values()].filter((each) => each.service === service)
    if (own.length <= maximum) return
    own.sort((a, b) => a.receivedAt - b.receivedAt || (a.instance < b.instance ? -1 : 1))
    for (const each of own.slice(0, own.length - maximum)) this.#verifiers.delete(keyOf(each))
  }
}

/** An id of a service has no space. */
const keyOf = ({ service, instance }: ReportedVerifier): string => `${service} ${instance}`
