import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endEach, ownLast } from './ending.ts'

const isGone = (error: unknown): boolean => error instanceof RangeError

test('what has ended meanwhile is passed over, and is not counted', async () => {
  const asked: string[] = []
  const end = async (id: string): Promise<void> => {
    asked.push(id)
    if (id === 'b') throw new RangeError('gone')
  }
  assert.equal(await endEach(['a', 'b', 'c'], end, isGone), 2)
  assert.deepEqual(asked, ['a', 'b', 'c'])
})

test('whatever else goes wrong stops the rest, and is told', async () => {
  const asked: string[] = []
  const end = async (id: string): Promise<void> => {
    asked.push(id)
    throw new Error('unavailable')
  }
  await assert.rejects(endEach(['a', 'b'], end, isGone), /unavailable/)
  assert.deepEqual(asked, ['a'])
})

test('the own session is ended last', () => {
  const sessions = [
    { id: 'own', current: true },
    { id: 'a', current: false },
    { id: 'b', current: false },
  ]
  assert.deepEqual(
    ownLast(sessions).map(({ id }) => id),
    ['a', 'b', 'own'],
  )
})
