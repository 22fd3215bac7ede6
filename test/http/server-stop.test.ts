import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { test } from 'node:test'
import { ManualClock, systemPlatform } from 'countersign/core'
import { configFromOptions, serve } from '../../packages/server/src/index.ts'
import { PASSWORD, ServerWorld } from './server-world.ts'

const POST = 'POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: '

test('a stop finishes what is under way, ends the feeds, and takes nothing new', async () => {
  const world = await ServerWorld.open()
  const { credential } = await world.service()
  const feed = await fetch(`${world.url}/v1/feed`, { headers: { authorization: `Bearer ${credential}` } })
  const body = JSON.stringify({ email: 'late@example.com', password: PASSWORD })

  const socket = connect(world.port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    answer += chunk
  })
  const hungUp = new Promise((resolve) => socket.once('close', resolve))
  // The request is under way: its head and half of its body have arrived when the stop begins.
  await new Promise((resolve) => socket.write(`${POST}${body.length}\r\n\r\n${body.slice(0, 10)}`, resolve))
  await world.ask('GET', '/healthz')

  const stopped = world.stop()
  await feed.text()
  await assert.rejects(fetch(`${world.url}/healthz`))
  socket.write(body.slice(10))
  await stopped
  await hungUp
  assert.match(answer, /^HTTP\/1.1 201 /)

  await using again = await ServerWorld.openIn(world.folder)
  assert.equal((await again.local('GET', '/v1/users?search=late@example.com')).body.users.length, 1)
})

test('a connection that never asked for anything does not hold a stop up', async () => {
  // It stands: a stop that waits for anything, as it does for requests under way, never ends.
  const clock = new ManualClock(systemPlatform.clock.now())
  const world = await ServerWorld.open({}, { ...systemPlatform, clock })
  const silent = connect(world.port, '127.0.0.1')
  const hungUp = new Promise((resolve) => silent.once('close', resolve))
  await new Promise((resolve) => silent.once('connect', resolve))
  await world.ask('GET', '/healthz')
  await world.stop()
  await hungUp
})

test('a port that is taken fails before the database is touched', async () => {
  await using world = await ServerWorld.open()
  const database = `sqlite:${world.folder}/other/countersign.db`
  await assert.rejects(serve(configFromOptions({ port: world.port, database, logLevel: 'silent' })), { code: 'EADDRINUSE' })
  assert.equal(existsSync(`${world.folder}/other`), false)
})

test('a second server on one database is refused with what to do', async () => {
  await using world = await ServerWorld.open()
  const database = `sqlite:${world.folder}/data/countersign.db`
  await assert.rejects(serve(configFromOptions({ port: 0, database, logLevel: 'silent' })), /in use by another Countersign process/)
  assert.equal((await world.ask('GET', '/readyz')).status, 200)
})
