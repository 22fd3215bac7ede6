import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { acceptedLocale, type Locale, locales, message } from './message.ts'

type Leaf = string | ((...given: readonly never[]) => string)

/** Every sentence under its path. Those that want facts get a number, which a text takes as well. */
function sentences(value: object, path = ''): ReadonlyMap<string, Leaf> {
  const found = new Map<string, Leaf>()
  for (const [name, member] of Object.entries(value)) {
    const here = `${path}/${name}`
    if (typeof member === 'object') for (const [each, leaf] of sentences(member, here)) found.set(each, leaf)
    else found.set(here, member)
  }
  return found
}

const said = (leaf: Leaf): string => (typeof leaf === 'string' ? leaf : leaf(...([7, 7, 7, 7] as never[])))

suite('messages', () => {
  const contract = sentences(message('en'))

  for (const locale of locales) {
    const own = sentences(message(locale))

    test(`${locale} has every sentence, of the same kind, and no other`, () => {
      assert.deepEqual([...own.keys()].sort(), [...contract.keys()].sort())
      for (const [path, leaf] of own) assert.equal(typeof leaf, typeof contract.get(path), path)
    })

    test(`no sentence of ${locale} is empty, has space around it, or says "undefined"`, () => {
      for (const [path, leaf] of own) {
        assert.ok(said(leaf).trim() !== '', path)
        assert.doesNotMatch(said(leaf), /undefined|\[object/, path)
      }
    })

    test(`a sentence of ${locale} with facts shows all that it takes`, () => {
      for (const [path, leaf] of own) {
        if (typeof leaf !== 'function') continue
        for (const count of [1, 2, 5]) assert.ok(leaf(...([count, count, count] as never[])).length > 0, path)
      }
    })
  }

  test('a language that is not there is English', () => {
    for (const unknown of [undefined, 'xx', '', '__proto__', 'constructor']) assert.equal(message(unknown), message('en'))
  })

  const accepted: ReadonlyArray<readonly [header: string | null, locale: Locale | undefined]> = [
    [null, undefined],
    ['', undefined],
    ['de', 'de'],
    ['de-AT,en;q=0.5', 'de'],
    ['en-GB,de;q=0.9', 'en'],
    ['fr, de;q=0.3, en;q=0.2', 'de'],
    ['en;q=0.1,de;q=0.2', 'de'],
    ['DE-de', 'de'],
    ['de;q=0, en', 'en'],
    ['de;q=0', undefined],
    ['fr,es', undefined],
    ['*', undefined],
    ['de;q=9', undefined],
    [`${'fr,'.repeat(5_000)}de`, undefined],
  ]
  for (const [header, locale] of accepted) {
    test(`Accept-Language ${String(header).slice(0, 30)} means ${String(locale)}`, () => assert.equal(acceptedLocale(header), locale))
  }
})
