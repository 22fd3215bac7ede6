import { DatabaseSync, type StatementSync } from 'node:sqlite'

interface Payload {
  readonly grantId?: string
  readonly userCode?: string
  readonly uid?: string
}

/** The three indexed members, the payload as JSON, and when it was used. */
const schema = `
  CREATE TABLE IF NOT EXISTS model (
    kind TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL, grant_id TEXT, uid TEXT, user_code TEXT,
    consumed_at INTEGER, expires_at INTEGER, PRIMARY KEY (kind, id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS model_grant ON model (grant_id) WHERE grant_id IS NOT NULL;`

/**
 * The adapter that oidc-provider's documentation describes, on node:sqlite with `synchronous=FULL`, statements prepared
 * once. `consume` is conditional, so that of two concurrent refreshes one wins.
 */
export function sqliteAdapter(path: string, onLost: () => Error): new (kind: string) => object {
  const database = new DatabaseSync(path)
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${schema}`)
  const statement = (sql: string): StatementSync => database.prepare(sql)
  const upsert = statement(`
    INSERT INTO model (kind, id, payload, grant_id, uid, user_code, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (kind, id) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at`)
  const byId = statement('SELECT payload, consumed_at AS consumedAt FROM model WHERE kind = ? AND id = ?')
  const byUid = statement('SELECT payload, consumed_at AS consumedAt FROM model WHERE kind = ? AND uid = ?')
  const byUserCode = statement('SELECT payload, consumed_at AS consumedAt FROM model WHERE kind = ? AND user_code = ?')
  const consume = statement('UPDATE model SET consumed_at = ? WHERE kind = ? AND id = ? AND consumed_at IS NULL')
  const destroy = statement('DELETE FROM model WHERE kind = ? AND id = ?')
  const revoke = statement('DELETE FROM model WHERE kind = ? AND grant_id = ?')
  const now = (): number => Math.floor(Date.now() / 1000)
  const read = (query: StatementSync, kind: string, key: string): object | undefined => {
    const row = query.get(kind, key)
    if (row === undefined) return undefined
    const payload: object = JSON.parse(String(row['payload']))
    return row['consumedAt'] === null ? payload : { ...payload, consumed: Number(row['consumedAt']) }
  }

  return class {
    readonly kind: string
    constructor(kind: string) {
      this.kind = kind
    }
    async upsert(id: string, payload: Payload, expiresIn: number): Promise<void> {
      const { grantId = null, uid = null, userCode = null } = payload
      upsert.run(this.kind, id, JSON.stringify(payload), grantId, uid, userCode, expiresIn ? now() + expiresIn : null)
    }
    async find(id: string): Promise<object | undefined> {
      return read(byId, this.kind, id)
    }
    async findByUid(uid: string): Promise<object | undefined> {
      return read(byUid, this.kind, uid)
    }
    async findByUserCode(userCode: string): Promise<object | undefined> {
      return read(byUserCode, this.kind, userCode)
    }
    async consume(id: string): Promise<void> {
      if (consume.run(now(), this.kind, id).changes === 0) throw onLost()
    }
    async destroy(id: string): Promise<void> {
      destroy.run(this.kind, id)
    }
    async revokeByGrantId(grantId: string): Promise<void> {
      revoke.run(this.kind, grantId)
    }
  }
}
