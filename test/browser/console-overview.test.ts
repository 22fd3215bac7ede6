import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ConsoleWorld } from './console-world.ts'

suite('the first page of the console', () => {
  let world: ConsoleWorld

  before(async () => {
    world = await ConsoleWorld.open()
  })
  after(() => world[Symbol.asyncDispose]())

  test('[J02] [H05] on a new server it teaches the first steps, each with its very command, until they are done', async () => {
    const { operator, server } = world
    await world.open('', 'Overview')
    await operator.reads('countersign services create --name orders')
    await operator.reads('countersign users role mira@example.com --add admin')
    await operator.reads('Nothing. Verifiers are fresh')
    await world.inspect('overview')
    await server.service('orders')
    for (const roles of [['admin'], []]) await server.person(roles)
    await world.open('', 'Overview')
    await operator.page.getByRole('list').filter({ hasText: 'createService' }).waitFor()
    assert.equal(await operator.page.getByText('First steps').count(), 0)
  })

  test('[J02] a refresh token in two hands is told of within seconds, and leads to the record', async () => {
    const { operator, server } = world
    await world.open('', 'Overview')
    const { refresh_token } = await server.person()
    let token = refresh_token
    for (let round = 0; round < 3; round++) token = (await server.refresh(token)).refresh_token
    assert.equal(await server.refreshVerdictOn(refresh_token), 'refresh_reused')
    await operator.page.getByRole('link', { name: '1 refresh token was in two hands since midnight' }).click()
    await operator.isShown('Audit log')
  })
})
