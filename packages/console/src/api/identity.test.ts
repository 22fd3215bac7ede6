import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createIdentity, type Identity } from './identity.ts'

interface World {
  readonly identity: Identity
  mark: string | undefined
  me: unknown
  asked: number
  begun: number
}

const me = (id: string): unknown => ({ user: { id } })

function world(): World {
  const state: World = {
    mark: 'a',
    me: me('usr_1'),
    asked: 0,
    begun: 0,
    identity: createIdentity({
      mark: () => state.mark,
      ask: async () => {
        state.asked += 1
        return state.me
      },
      startOver: () => {
        state.begun += 1
      },
    }),
  }
  return state
}

test('as long as nothing changes in the browser nobody is asked who it is, nor before it was known once', async () => {
  const state = world()
  await state.identity.check()
  state.identity.note(me('usr_1'), 'a')
  await state.identity.check()
  assert.equal(state.asked, 0)
})

test('after a refresh it is asked once who it is, for all requests that wait', async () => {
  const state = world()
  state.identity.note(me('usr_1'), 'a')
  state.mark = 'b'
  await Promise.all([state.identity.check(), state.identity.check()])
  await state.identity.check()
  assert.deepEqual([state.asked, state.begun], [1, 0])
})

test('when it is somebody else the page begins anew, and nothing is asked for in their name', async () => {
  const state = world()
  state.identity.note(me('usr_1'), 'a')
  state.mark = 'b'
  state.me = me('usr_2')
  await assert.rejects(state.identity.check(), { code: 'another_person' })
  assert.equal(state.begun, 1)
  await assert.rejects(state.identity.check(), { code: 'another_person' })
})

test('a list of somebody else that says who they are is no way around it', () => {
  const state = world()
  state.identity.note(me('usr_1'), 'a')
  assert.throws(() => state.identity.note(me('usr_2'), 'a'), { code: 'another_person' })
  assert.equal(state.begun, 1)
})

test('nobody signed in, or an answer that says nothing, decides nothing', async () => {
  const state = world()
  state.identity.note(me('usr_1'), 'a')
  state.mark = undefined
  await state.identity.check()
  assert.equal(state.asked, 0)
  state.mark = 'b'
  state.me = undefined
  await state.identity.check()
  assert.equal(state.begun, 0)
})
