import type { EpochMs } from 'countersign/core'
import type { Position } from 'countersign/revocation'
import type { TrustRule } from '../../session/workload/trust-rule.ts'
import type { TrustRuleStore } from '../../session/workload/trust-rule-store.ts'
import { trustRuleOf, type TrustRuleRow, trustRuleValues } from '../sqlite/trust-rule-row.ts'
import type { Database, Unit } from './database.ts'
import type { Appender, LogWriter } from './log-writer.ts'
import { insertInto, statement } from './statement.ts'

// Held until the commit: whoever removes the service comes wholly before, or wholly after and then sees the rule. They lock the table first, since the
// row is shared by all who hold it.
const holdService = statement('hold service of rule', 'SELECT 1 FROM countersign.service_credential WHERE id = $1 FOR KEY SHARE')
const count = statement<{ readonly rules: number }>(
  'count rules of issuer',
  'SELECT count(*)::int AS rules FROM countersign.trust_rule WHERE issuer = $1',
)
const insert = statement('insert rule', insertInto('trust_rule', ['id', 'issuer', 'service_id', 'settings', 'created_at']))
const list = statement<TrustRuleRow>('list rules', 'SELECT * FROM countersign.trust_rule ORDER BY created_at, id')
const ofIssuer = statement<TrustRuleRow>(
  'rules of issuer',
  'SELECT * FROM countersign.trust_rule WHERE issuer = $1 ORDER BY created_at, id',
)
const remove = statement('remove rule', 'DELETE FROM countersign.trust_rule WHERE id = $1')
const removeOfService = statement<{ readonly id: string }>(
  'remove rules of service',
  'DELETE FROM countersign.trust_rule WHERE service_id = $1 RETURNING id',
)
const head = statement<{ readonly position: Position }>('head for workload', 'SELECT position FROM countersign.log_head')
const mayIssue = statement(
  'may issue to workload',
  `
  SELECT 1 FROM countersign.trust_rule r
  WHERE r.id = $1 AND EXISTS (SELECT 1 FROM countersign.service_credential s WHERE s.id = r.service_id)`,
)

/** When a commit's outcome is unknown (`unavailable`): `add` may leave a rule that can be listed and removed; a repeated `remove` finds nothing. */
export class PostgresTrustRuleStore implements TrustRuleStore {
  readonly #database: Database
  readonly #log: LogWriter

  constructor(database: Database, log: LogWriter) {
    this.#database = database
    this.#log = log
  }

  add(rule: TrustRule, maximum: number): Promise<'added' | 'no_service' | 'full'> {
    return this.#database.transaction(async (unit) => {
      const [held, [known]] = await Promise.all([unit.change(holdService, rule.service), unit.ask(count, rule.issuer)])
      if (held === 0) return 'no_service'
      // Two at once may make one too many: the bound is there against thousands.
      if ((known?.rules ?? 0) >= maximum) return 'full'
      await unit.change(insert, ...trustRuleValues(rule))
      return 'added'
    })
  }

  async list(): Promise<readonly TrustRule[]> {
    return (await this.#database.ask(list)).map(trustRuleOf)
  }

  async ofIssuer(issuer: string): Promise<readonly TrustRule[]> {
    return (await this.#database.ask(ofIssuer, issuer)).map(trustRuleOf)
  }

  remove(id: string, at: EpochMs): Promise<boolean> {
    return this.#log.appending(async (unit, log) => {
      if ((await unit.change(remove, id)) === 0) return false
      await cutOff(log, id, at)
      return true
    })
  }

  issue(id: string): Promise<Position | 'refused'> {
    return this.#database.transaction(async (unit) => {
      // Each statement takes a snapshot of its own: the facts are never older than the head.
      const [[end], allowed] = await Promise.all([unit.ask(head), unit.change(mayIssue, id)])
      return end === undefined || allowed === 0 ? 'refused' : end.position
    })
  }
}

/** With the service itself, which nobody holds any more. */
export async function endTrustRulesOfService(unit: Unit, log: Appender, service: string, at: EpochMs): Promise<void> {
  for (const { id } of await unit.ask(removeOfService, service)) await cutOff(log, id, at)
}

const cutOff = (log: Appender, id: string, at: EpochMs): Promise<unknown> =>
  log.append({ kind: 'cutoff', target: { kind: 'client', id }, mode: 'hard', at })
