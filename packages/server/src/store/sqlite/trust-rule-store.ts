import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import type { TrustRule } from '../../session/workload/trust-rule.ts'
import type { TrustRuleStore } from '../../session/workload/trust-rule-store.ts'
import type { Database } from './database.ts'
import type { LogWriter } from './log-writer.ts'
import type { Statement } from './statement.ts'
import { trustRuleOf, type TrustRuleRow, trustRuleValues } from './trust-rule-row.ts'

export class SqliteTrustRuleStore implements TrustRuleStore {
  readonly #database: Database
  readonly #log: LogWriter
  readonly #insert: Statement
  readonly #service: Statement
  readonly #count: Statement<{ readonly rules: number }>
  readonly #list: Statement<TrustRuleRow>
  readonly #ofIssuer: Statement<TrustRuleRow>
  readonly #remove: Statement
  readonly #mayIssue: Statement<{ readonly position: Position }>

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
    this.#insert = database.statement('INSERT INTO trust_rule VALUES (?, ?, ?, ?, ?)')
    this.#service = database.statement('SELECT 1 FROM service_credential WHERE id = ?')
    this.#count = database.statement('SELECT count(*) AS rules FROM trust_rule WHERE issuer = ?')
    this.#list = database.statement('SELECT * FROM trust_rule ORDER BY created_at, id')
    this.#ofIssuer = database.statement('SELECT * FROM trust_rule WHERE issuer = ? ORDER BY created_at, id')
    this.#remove = database.statement('DELETE FROM trust_rule WHERE id = ?')
    this.#mayIssue = database.statement(`
      SELECT h.position FROM log_head h, trust_rule r
      WHERE r.id = ? AND EXISTS (SELECT 1 FROM service_credential s WHERE s.id = r.service_id)`)
  }

  add(rule: TrustRule, maximum: number): Promise<'added' | 'no_service' | 'full'> {
    return this.#database.write(() => {
      if (this.#service.get(rule.service) === undefined) return 'no_service'
      if ((this.#count.get(rule.issuer)?.rules ?? 0) >= maximum) return 'full'
      this.#insert.run(...trustRuleValues(rule))
      return 'added'
    })
  }

  list(): Promise<readonly TrustRule[]> {
    return this.#database.read(() => this.#list.all().map(trustRuleOf))
  }

  ofIssuer(issuer: string): Promise<readonly TrustRule[]> {
    return this.#database.read(() => this.#ofIssuer.all(issuer).map(trustRuleOf))
  }

  remove(id: string, at: EpochMs): Promise<boolean> {
    return this.#database.write(() => {
      if (this.#remove.run(id) === 0) return false
      this.#log.append({ kind: 'cutoff', target: { kind: 'client', id }, mode: 'hard', at })
      return true
    })
  }

  issue(id: string): Promise<Position | 'refused'> {
    return this.#database.read(() => this.#mayIssue.get(id)?.position ?? 'refused')
  }
}
