import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allLabels, labelChange, membershipChange, readLabels, withChange } from './label.ts'

test('names are read with spaces, lines or commas between them, each once', () => {
  assert.deepEqual(readLabels('  staff north,  south\nstaff\toncall, '), ['staff', 'north', 'south', 'oncall'])
  assert.deepEqual(readLabels('a,b'), ['a,b'], 'a comma within a name is a part of it')
  assert.deepEqual(readLabels('staff,'), ['staff'])
  assert.deepEqual(readLabels(' '), [])
})

test('a change is laid on what is there by then: what somebody else has given meanwhile stays', () => {
  const change = labelChange(['staff', 'trainee'], ['staff', 'oncall'])
  assert.deepEqual(change, { added: ['oncall'], removed: ['trainee'] })
  assert.deepEqual(withChange(['staff', 'trainee', 'billing'], change), ['staff', 'billing', 'oncall'])
  assert.deepEqual(withChange(['oncall'], change), ['oncall'])
})

test('what stays as it is is not asked for', () => {
  const shown = { roles: ['staff'], groups: ['north'] }
  assert.deepEqual(membershipChange(shown, shown, shown), {})
  assert.deepEqual(membershipChange(shown, { roles: ['staff', 'oncall'], groups: ['north'] }, shown), { roles: ['staff', 'oncall'] })
  assert.deepEqual(membershipChange(shown, { roles: ['staff'], groups: [] }, shown), { groups: [] })
  const meanwhile = { roles: ['staff', 'oncall'], groups: ['north'] }
  assert.deepEqual(membershipChange(shown, meanwhile, meanwhile), {}, 'somebody else was quicker')
})

test('all names there are stand in one order, each once', () => {
  assert.deepEqual(allLabels(['staff', 'admin'], [], ['admin', 'oncall']), ['admin', 'oncall', 'staff'])
})
