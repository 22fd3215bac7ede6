import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Problem } from '../api/request.ts'
import { problem as sentences } from '../message/en/kit.ts'
import { sentenceOf, supportOf } from './problem-text.ts'

const of = (more: object): Problem => new Problem({ status: 409, code: 'conflict', title: 'The title.', ...more })

suite('what is said of a problem', () => {
  test('is our own sentence where there is one, and the server’s where there is none', () => {
    assert.equal(sentenceOf(of({})), sentences['conflict'])
    assert.equal(sentenceOf(of({ code: 'last_way_in' })), 'The title.')
  })

  test('says how long to wait, where the server does', () => {
    assert.equal(sentenceOf(of({ retryAfterSeconds: 12 })), `${sentences['conflict']} Wait 12 s first.`)
  })

  test('tells nothing of what failed in the page itself', () => {
    assert.equal(sentenceOf(new TypeError('x is undefined')), sentences['not_a_problem'])
    assert.equal(supportOf(new TypeError('x is undefined')), undefined)
  })

  test('names code and request for support', () => {
    assert.equal(supportOf(of({ requestId: 'req_1' })), 'Code conflict, request req_1')
    assert.equal(supportOf(of({})), 'Code conflict')
  })
})
