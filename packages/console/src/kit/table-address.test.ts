import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readTableState, withMember, withoutNarrowing } from './table-address.ts'

const query = (text: string): URLSearchParams => new URLSearchParams(text)

suite('what the address keeps of a table', () => {
  test('search, filters and order', () => {
    assert.deepEqual(readTableState(query('search=mi+ra&state=blocked&sort=-created')), {
      search: 'mi ra',
      filter: { state: 'blocked' },
      sort: '-created',
    })
    assert.deepEqual(readTableState(query('')), { search: '', filter: {}, sort: undefined })
    assert.deepEqual(readTableState(query('state=')).filter, {})
  })

  test('tables that share a page keep their order under their own name, and it is no filter', () => {
    const shared = query('sort=email&keys.sort=-name')
    assert.deepEqual(readTableState(shared, 'keys.sort'), { search: '', filter: {}, sort: '-name' })
    assert.deepEqual(readTableState(shared), { search: '', filter: {}, sort: 'email' })
  })

  test('nothing that is too long to have been typed is taken', () => {
    const { search, filter } = readTableState(query(`search=${'a'.repeat(5000)}&b=${'c'.repeat(5000)}`))
    assert.equal(search.length, 200)
    assert.equal(filter['b']?.length, 200)
  })

  test('one thing is changed, the others stay, and what is empty goes', () => {
    const before = query('search=a&state=b&other=c')
    assert.equal(withMember(before, 'state', 'd').toString(), 'search=a&state=d&other=c')
    assert.equal(withMember(before, 'state', '').toString(), 'search=a&other=c')
    assert.equal(withMember(before, 'search', undefined).toString(), 'state=b&other=c')
    assert.equal(before.toString(), 'search=a&state=b&other=c')
  })

  test('clearing takes search and filters, and leaves order and what belongs to others', () => {
    assert.equal(withoutNarrowing(query('search=a&state=b&sort=c&other=d'), ['state']).toString(), 'sort=c&other=d')
  })
})
