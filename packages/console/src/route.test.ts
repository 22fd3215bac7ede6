import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isCurrent, navigation, routes } from './route.ts'

suite('the navigation', () => {
  test('has the pages that there are, in their groups, and no pages of single things', () => {
    const sections = navigation(() => true)
    assert.deepEqual(
      sections.map(({ group }) => group),
      [undefined, 'people', 'machines', 'system'],
    )
    const paths = sections.flatMap(({ entries }) => entries.map(({ path }) => path))
    assert.deepEqual(
      paths,
      Object.keys(routes).filter((path) => !path.includes(':')),
    )
  })

  test('leaves out what has no page yet, and a group that would be empty', () => {
    assert.deepEqual(
      navigation((path) => path === '/console/users').map(({ group, entries }) => [group, entries.map(({ title }) => title)]),
      [['people', ['Users']]],
    )
  })

  test('marks the entry whose page it is, or one below it', () => {
    assert.equal(isCurrent('/console', '/console'), true)
    assert.equal(isCurrent('/console', '/console/users'), false)
    assert.equal(isCurrent('/console/users', '/console/users/usr_1'), true)
    assert.equal(isCurrent('/console/users', '/console/users-of-old'), false)
  })
})
