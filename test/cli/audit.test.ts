import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, suite, test } from 'node:test'
import { CliFolder, runHere } from './cli-process.ts'

suite('countersign audit', () => {
  const cli = new CliFolder()
  after(() => cli[Symbol.dispose]())
  const here = (words: readonly string[]) => runHere(words, cli.environment)
  const database = join(cli.folder, 'data', 'countersign.db')

  test('[J04] what was done on the command line is listed, as a table, as JSON, a line each, and for spreadsheets', async () => {
    for (const name of ['orders', 'billing', '=cmd']) {
      assert.equal((await here(['services', 'create', '--name', name])).code, 0)
    }
    const table = await here(['audit', 'list'])
    assert.deepEqual([table.code, table.out.split('\n').filter((line) => line.includes('createService')).length], [0, 3], table.err)
    assert.match(table.out, /^POSITION +AT +OPERATION +ACTOR +TARGET +OUTCOME +ADDRESS\n3 +20\S+Z +createService +local +svc_\S+ +done +–/)
    const listed = JSON.parse((await here(['audit', 'list', '--json', '--limit', '2'])).out)
    assert.deepEqual(
      listed.map(({ position, operation, actor }: { position: number; operation: string; actor: { kind: string } }) => [
        position,
        operation,
        actor.kind,
      ]),
      [
        [3, 'createService', 'local'],
        [2, 'createService', 'local'],
      ],
    )
    const lines = (await here(['audit', 'list', '--format', 'lines'])).out.trim().split('\n')
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).position),
      [3, 2, 1],
    )
    const [head, ...rows] = (await here(['audit', 'list', '--format', 'csv', '--since', '2020-01-01'])).out.trim().split('\n')
    assert.match(head ?? '', /^position,at,operation,actor_kind,actor_id/)
    assert.equal(rows.length, 3)
    assert.equal(rows[0]?.split(',').length, head?.split(',').length)
    assert.equal((await here(['audit', 'list', '--until', '2020-01-01'])).out.trim(), 'Nothing is on record.')
    for (const wrong of [
      ['--since', 'soon'],
      ['--limit', '0'],
      ['--outcome', 'maybe'],
      ['--format', 'xml'],
    ]) {
      assert.equal((await here(['audit', 'list', ...wrong])).code, 2, wrong.join(' '))
    }
  })

  test('[J04] a checkpoint that is kept elsewhere tells whether anything before it was changed, and whether the end was cut off', async () => {
    const file = join(cli.folder, 'checkpoint.json')
    const head = await here(['audit', 'head'])
    writeFileSync(file, head.out)
    const { position } = JSON.parse(readFileSync(file, 'utf8'))
    const whole = await here(['audit', 'verify', '--from', file])
    assert.deepEqual([whole.code, whole.out.trim()], [0, `${position} records, 1 to ${position}, are as they were written.`])
    assert.match((await here(['audit', 'verify'])).err, /--from FILE/)

    const other = new DatabaseSync(database)
    other.prepare('DELETE FROM audit_record').run()
    other.prepare(`UPDATE audit_head SET position = 0, hash = '', seal = ''`).run()
    other.close()
    assert.equal((await here(['audit', 'verify'])).code, 0, 'all of it was taken away')
    const cut = await here(['audit', 'verify', '--from', file])
    assert.deepEqual([cut.code, cut.out.trim()], [1, `TAMPERED WITH\n1–${position}: the chain ends before it`])
    const json = await here(['audit', 'verify', '--from', file, '--json'])
    assert.deepEqual([json.code, JSON.parse(json.out).intact], [1, false])
    writeFileSync(file, 'nothing')
    assert.equal((await here(['audit', 'verify', '--from', file])).code, 2)
    assert.equal((await here(['audit', 'verify', '--from', join(cli.folder, 'none')])).code, 2)
  })

  test('[J04] a restore is on record behind what the backup knows of', async () => {
    const restored = await here(['restore', '--json'])
    assert.equal(restored.code, 0, restored.err)
    const [newest] = JSON.parse((await here(['audit', 'list', '--json'])).out)
    const { position } = JSON.parse(restored.out)
    assert.deepEqual([newest.operation, newest.actor.kind, newest.target], ['restore', 'local', { kind: 'epoch', id: String(position) }])
    assert.equal((await here(['audit', 'verify'])).code, 0)
  })
})
