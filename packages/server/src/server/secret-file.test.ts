import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { systemRandom } from 'countersign/core'
import { makeDataFolder, secretFromFile, secretPath } from './secret-file.ts'

suite('the secret of a development server', () => {
  let folder: string
  let database: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cs-secret-'))
    database = join(folder, 'data', 'countersign.db')
    makeDataFolder(database)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const keysOf = (): readonly string[] =>
    secretFromFile(database, systemRandom)
      .purposeKeys('test/1')
      .map(({ id }) => id)

  test('is made once, for its owner only, in a folder that is the owner’s', () => {
    const first = keysOf()
    assert.deepEqual(keysOf(), first)
    assert.equal(statSync(secretPath(database)).mode & 0o777, 0o600)
    assert.equal(statSync(join(folder, 'data')).mode & 0o777, 0o700)
    assert.match(readFileSync(secretPath(database), 'utf8'), /^cs_master_/)
  })

  test('is closed to others again when someone opened it', () => {
    keysOf()
    chmodSync(secretPath(database), 0o644)
    keysOf()
    assert.equal(statSync(secretPath(database)).mode & 0o777, 0o600)
  })

  test('is not made anew for a database that an older one sealed', () => {
    writeFileSync(database, 'x')
    assert.throws(() => keysOf(), /secret is missing/)
  })
})
