import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { feedPlace, publishedFeeds } from './config-feed.ts'
import { WrongValue } from './config-value.ts'

suite('COUNTERSIGN_FEED', () => {
  const accepted: readonly [text: string, place: object][] = [
    ['sse', { kind: 'sse' }],
    ['postgres', { kind: 'postgres' }],
    ['redis://localhost', { kind: 'redis', url: 'redis://localhost', stream: 'countersign-feed' }],
    ['rediss://u:p%40@h:6390/2?stream=log', { kind: 'redis', url: 'rediss://u:p%40@h:6390/2', stream: 'log' }],
    ['nats://localhost', { kind: 'nats', servers: ['localhost:4222'], stream: 'countersign-feed' }],
    ['nats://u:p%40:q@a,b:4333?stream=log', { kind: 'nats', servers: ['a:4222', 'b:4333'], user: 'u', password: 'p@:q', stream: 'log' }],
    ['kafka://a,[::1]:9093?tls=true', { kind: 'kafka', servers: ['a:9092', '[::1]:9093'], tls: true, stream: 'countersign-feed' }],
  ]
  for (const [text, place] of accepted) {
    test(`${text} is read`, () => assert.deepEqual(feedPlace(text), place))
  }

  const refused = [
    ...['', 'http://x', 'redis', 'redis://', 'redis://u:hunter2@', 'kafka://u:hunter2@h/topic', 'nats://u:hunter2%@h'],
    ...['nats://u:hunter2@h?stream=a.b', 'redis://u:hunter2@h?strem=x', 'kafka://u:hunter2@h?tls=yes', 'kafka://u:hunter2@h,?x', 7],
  ]
  for (const text of refused) {
    test(`[I18] ${text} is refused with a hint, without its password`, () => {
      assert.throws(
        () => feedPlace(text),
        (error) => error instanceof WrongValue && !`${error.message} ${error.hint}`.includes('hunter2') && error.hint !== '',
      )
    })
  }

  test('[I18] what verifiers are told names the stream, and neither the broker nor how to get in', () => {
    assert.deepEqual(publishedFeeds(feedPlace('sse')), [{ type: 'sse' }])
    assert.deepEqual(publishedFeeds(feedPlace('postgres')), [{ type: 'sse' }, { type: 'postgres' }])
    const told = publishedFeeds(feedPlace('redis://u:hunter2@secret-host?stream=log'))
    assert.deepEqual(told, [{ type: 'sse' }, { type: 'redis', stream: 'log' }])
  })
})
