import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { missingIn, namesIn, namesTest, type Row, rowsOf } from '../../tool/shown-by.ts'
import { read } from '../../tool/tree.ts'
import { hasStandards, requirements } from './published-standards.ts'

const OAUTH = 'test/oauth'
/** Those of FAPI for clients, and of security events, are no part of the page. */
const plans = [
  'oidcc-basic-certification-test-plan',
  'oidcc-config-certification-test-plan',
  'oidcc-rp-initiated-logout-certification-test-plan',
  'oidcc-backchannel-rp-initiated-logout-certification-test-plan',
  'fapi2-security-profile-final-test-plan',
  'fapi2-message-signing-final-test-plan',
  'oidcc-client-basic-certification-test-plan',
  'oidcc-client-config-certification-test-plan',
  'oidcc-client-refreshtoken-test-plan',
]
const practices = ['RFC9700', 'RFC7009', 'RFC7662', 'RFC9449', 'RFC8705']

const conformance = rowsOf(read('doc/openid-conformance.md'))
const asvs = rowsOf(read('doc/asvs.md'))
const ofOAuth = asvs.filter(([id = '']) => id.startsWith('V10.'))
const modules = conformance.filter(([, holds = '']) => /^(?:yes|no|refused)$/.test(holds))
const rows = conformance.filter((row) => !modules.includes(row))

const idsOf = (of: readonly Row[]): readonly string[] => of.flatMap(([names = '']) => namesIn(names))
const absent = (wanted: readonly string[], said: readonly string[]): readonly string[] => wanted.filter((id) => !said.includes(id))

suite('the page of OpenID conformance', () => {
  test('has a row for each module of the plans that are for us', (t) => {
    if (!hasStandards(t)) return
    const wanted = requirements<'test_module' | 'plans'>('standards/openid-conformance-modules.csv')
      .filter((module) => module.plans.split(' ').some((plan) => plans.includes(plan)))
      .map((module) => module.test_module)
    assert.ok(wanted.length > 100)
    assert.deepEqual(absent(wanted, idsOf(modules)), [])
  })

  test('has a row for each requirement of the practices that it names', (t) => {
    if (!hasStandards(t)) return
    const wanted = requirements<'id' | 'source'>('standards/bcp-test-rows.csv')
      .filter(({ source }) => practices.includes(source))
      .map(({ id }) => id)
    assert.ok(wanted.length > 60)
    assert.deepEqual(absent(wanted, idsOf(rows)), [])
  })

  test('names no module twice', () => {
    const names = idsOf(modules)
    assert.deepEqual(
      names.filter((name, at) => names.indexOf(name) !== at),
      [],
    )
  })

  test('names tests that are there, or says why not', () => {
    assert.deepEqual(
      [...modules, ...rows].flatMap(([, , shown = '']) => missingIn(shown, OAUTH)),
      [],
    )
    const bare = modules.filter(([, holds, shown = '']) => (holds === 'no' ? shown.length < 5 : !namesTest(shown)))
    assert.deepEqual(idsOf(bare), [])
    assert.deepEqual(
      rows.filter(([, , shown = '']) => !namesTest(shown) && !/^(?:no|by inspection): /.test(shown)),
      [],
    )
  })
})

suite('the page of ASVS', () => {
  test('has a row for each requirement of chapter V10, levels 1 and 2, that applies', (t) => {
    if (!hasStandards(t)) return
    const wanted = requirements<'id' | 'level' | 'applies'>('asvs/asvs-5.0.0.csv')
      .filter(({ id, level, applies }) => id.startsWith('V10.') && level !== '3' && !applies.startsWith('no'))
      .map(({ id }) => id)
    assert.ok(wanted.length > 25)
    const said = ofOAuth.map(([id = '']) => id)
    assert.deepEqual(absent(wanted, said), [])
  })

  test('names tests that are there, in chapter V10 by their words', () => {
    assert.deepEqual(
      asvs.flatMap(([id, , , shown = '']) => missingIn(shown, OAUTH).map((missing) => `${id}: ${missing}`)),
      [],
    )
    const bare = ofOAuth.filter(([, , , shown = '']) => !namesTest(shown))
    assert.deepEqual(bare, [])
  })
})

suite('a cell that names tests', () => {
  for (const [cell, findings] of [
    ['`source-text.test.ts`: searching code passes over', 0],
    ['`test/tool/source-text.test.ts`: searching code; is not taken for a regular expression', 0],
    ['`source-text.test.ts`: a division … a regular expression', 0],
    ['`source-text.test.ts`: a division is taken for a regular expression', 1],
    ['`test/tool/source-text.test.ts`: a promise of nobody; another of nobody', 2],
    ['`absent.test.ts`: searching code', 1],
    ['`index.test.ts`, `source-text.test.ts`: readSource', 2],
  ] as const) {
    test(`${cell}: ${findings} findings`, () => assert.equal(missingIn(cell, 'test/tool').length, findings))
  }
})
