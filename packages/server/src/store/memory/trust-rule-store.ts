import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import type { TrustRule } from '../../session/workload/trust-rule.ts'
import type { TrustRuleStore } from '../../session/workload/trust-rule-store.ts'
import type { Tables } from './tables.ts'

export class MemoryTrustRuleStore implements TrustRuleStore {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  async add(rule: TrustRule, maximum: number): Promise<'added' | 'no_service' | 'full'> {
    if (!this.#tables.services.has(rule.service)) return 'no_service'
    if ((await this.ofIssuer(rule.issuer)).length >= maximum) return 'full'
    this.#tables.trustRules.set(rule.id, rule)
    return 'added'
  }

  async list(): Promise<readonly TrustRule[]> {
    return [...this.#tables.trustRules.values()].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  }

  async ofIssuer(issuer: string): Promise<readonly TrustRule[]> {
    return (await this.list()).filter((rule) => rule.issuer === issuer)
  }

  async remove(id: string, at: EpochMs): Promise<boolean> {
    if (!this.#tables.trustRules.has(id)) return false
    this.#tables.log.cutOff({ kind: 'client', id }, 'hard', at)
    return this.#tables.trustRules.delete(id)
  }

  async issue(id: string): Promise<Position | 'refused'> {
    const { trustRules, services, log } = this.#tables
    const rule = trustRules.get(id)
    return rule !== undefined && services.has(rule.service) ? log.head.position : 'refused'
  }
}
