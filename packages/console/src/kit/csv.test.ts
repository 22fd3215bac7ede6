import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { csvText } from './csv.ts'

suite('CSV (RFC 4180)', () => {
  test('has a line of titles, and ends each line with CRLF', () => {
    assert.equal(csvText(['Name', 'Made'], [['a', '2026']]), 'Name,Made\r\na,2026\r\n')
    assert.equal(csvText(['Name'], []), 'Name\r\n')
  })

  test('quotes what holds commas, quotes or ends of lines, and doubles quotes', () => {
    assert.equal(csvText(['a'], [['x, y'], ['say "no"'], ['two\nlines'], ['']]), 'a\r\n"x, y"\r\n"say ""no"""\r\n"two\nlines"\r\n\r\n')
  })

  test('defuses what a spreadsheet would take for a formula, in titles too', () => {
    for (const cell of ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx', "'=1", '＝1', '＋1', '－1', '＠x']) {
      const [, line = ''] = csvText(['a'], [[cell]]).split(/^a\r\n/)
      assert.ok(line.startsWith(`"'${cell}"`) || line.startsWith(`'${cell}`), JSON.stringify(line))
    }
    assert.equal(csvText(['=a'], []), `"'=a"\r\n`)
  })

  test('leaves alone what only holds such a sign', () => {
    assert.equal(csvText(['a'], [['a=b'], ['mira@harbour.example'], ['2-3']]), 'a\r\na=b\r\nmira@harbour.example\r\n2-3\r\n')
  })
})
