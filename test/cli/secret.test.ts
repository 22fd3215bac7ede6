import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { CliFolder, runHere } from './cli-process.ts'

suite('countersign secret', () => {
  test('[G05] a new secret is strong, and one in front of it is the list that servers take', async () => {
    using cli = new CliFolder()
    const { code, out } = await runHere(['secret', 'new'], cli.environment)
    assert.equal(code, 0)
    assert.match(out, /^cs_master_[\w-]{49}\n$/)
    const before = out.trim()
    const rotated = await runHere(['secret', 'rotate'], { ...cli.environment, ...{ COUNTERSIGN_SECRET: before } })
    assert.equal(rotated.code, 0, rotated.err)
    const [fresh, kept] = rotated.out.trim().split(',')
    assert.equal(kept, before)
    assert.match(fresh ?? '', /^cs_master_/)
    const checked = await runHere(['secret', 'check', '--json'], { ...cli.environment, ...{ COUNTERSIGN_SECRET: rotated.out.trim() } })
    assert.equal(checked.code, 0, checked.err)
    const { secrets } = JSON.parse(checked.out)
    assert.deepEqual(
      secrets.map(({ may_go }: { may_go: boolean }) => may_go),
      [false, true],
    )
  })

  test('[G05] a server refuses weak, short, sample and repeated secrets, with the command that makes a good one', async () => {
    using cli = new CliFolder()
    const good = (await runHere(['secret', 'new'], cli.environment)).out.trim()
    for (const [secret, complaint] of [
      ['short', 'holds less than 32 bytes'],
      ['a'.repeat(64), 'is repetitive'],
      ['please-change-this-Secret-before-production-9', 'looks like a sample'],
      [`${good},${good}`, 'is there twice'],
    ] as const) {
      const { code, err } = await runHere(['serve'], { ...cli.environment, ...{ COUNTERSIGN_SECRET: secret, PORT: '0' } })
      assert.equal(code, 2)
      assert.ok(err.includes(complaint) && err.includes('countersign secret new'), err)
      assert.ok(!err.includes(secret))
      if (secret === 'short')
        assert.equal((await runHere(['secret', 'rotate'], { ...cli.environment, ...{ COUNTERSIGN_SECRET: secret } })).code, 1)
    }
  })

  test('[G05] the file of a development server gets a new secret in front, for its owner only', async () => {
    using cli = new CliFolder({ COUNTERSIGN_SECRET: '' })
    assert.equal((await runHere(['secret', 'rotate'], cli.environment)).code, 2)
    assert.equal((await runHere(['migrate'], cli.environment)).code, 0)
    const path = join(cli.folder, 'data', 'secret')
    const before = readFileSync(path, 'utf8')
    assert.equal((await runHere(['secret', 'rotate'], cli.environment)).code, 0)
    const after = readFileSync(path, 'utf8')
    assert.ok(after.endsWith(`\n${before}`) && after.split('\n').length === 3)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    const moved = await runHere(['secret', 'reseal'], cli.environment)
    assert.match(moved.out, /^Moved under the newest secret: .*signing keys/)
    const checked = JSON.parse((await runHere(['secret', 'check', '--json'], cli.environment)).out)
    assert.deepEqual([checked.secrets[1].sealed, checked.secrets[1].may_go, checked.lost], [{}, true, {}])
  })
})
