import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createVerifier, type Verifier } from 'countersign'
import { ConsoleWorld } from './console-world.ts'

const row = (world: ConsoleWorld, text: string) => world.operator.page.getByRole('row').filter({ hasText: text })

let world: ConsoleWorld
before(async () => {
  world = await ConsoleWorld.open()
})
after(() => world[Symbol.asyncDispose]())

suite('the first page of the console', () => {
  test('[J02] [H05] on a new server it teaches the first steps, each with its very command, until they are done', async () => {
    const { operator, server } = world
    await world.open('', 'Overview')
    await operator.reads('countersign services create --name orders')
    await operator.reads('countersign users role mira@example.com --add admin')
    await operator.reads('Nothing. Verifiers are fresh')
    await world.inspect('overview', ['light', 'reflow'])
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

suite('the revocation page of the console', () => {
  let verifier: Verifier

  before(async () => {
    const { credential } = await world.server.service('orders')
    verifier = createVerifier({ issuer: world.browser.url, audience: world.browser.url, credential, report: { name: 'orders-1' } })
    await verifier.ready()
  })
  after(() => verifier.close())

  test('[J02] [B08] says before what a revocation ends, and ends that; the log shows it with who and why', async () => {
    const { operator, server } = world
    const person = await server.person()
    await server.signIn(person.email)
    await world.open('/revocation', 'Revocation')
    await operator.press('Revoke…')
    const dialog = operator.page.getByRole('dialog', { name: 'Revoke' })
    await dialog.getByText('Say what is to be revoked').waitFor()
    await dialog.getByLabel('Which', { exact: true }).fill(person.email)
    await dialog.getByText('Ends 2 sessions.').waitFor()
    await dialog.getByLabel('How', { exact: true }).selectOption({ label: 'Soft: access tokens die, sessions go on with new ones' })
    await dialog.getByText('2 sessions go on with new access tokens.').waitFor()
    await dialog.getByLabel('How', { exact: true }).selectOption('hard')
    await dialog.getByText('Ends 2 sessions.').waitFor()
    assert.equal(await server.verdictOn(person.access_token), '200')
    await dialog.getByLabel('Reason', { exact: true }).fill('laptop lost')
    await dialog.getByRole('button', { name: 'Revoke', exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
    assert.equal(await server.verdictOn(person.access_token), 'token_revoked')
    await row(world, 'laptop lost').getByText('revoked by an operator').waitFor()
  })

  test('[J02] [B17] an entry that comes from elsewhere appears by itself, with the time until the verifier refused it', async () => {
    const { operator, server } = world
    await world.open('/revocation', 'Revocation')
    await operator.reads('1 of 1')
    const reason = 'from the command line'
    assert.equal((await server.local('POST', '/v1/revocations', { target: { kind: 'role', id: 'packer' }, reason })).status, 201)
    await row(world, reason)
      .getByText(/^\d[\d.]* ms$/)
      .waitFor()
    await operator.page.getByRole('img', { name: /^Median [\d.]+ ms, p99 [\d.]+ ms/ }).waitFor()
    await operator.reads(/median · [\d.]+ ms p99, last hour/)
    await world.inspect('revocation', ['light', 'dark', 'narrow'])
  })

  test('[J05] [J02] who or what nobody knows is said before anything happens, and what was typed stays', async () => {
    const { operator } = world
    await world.open('/revocation', 'Revocation')
    await operator.press('Revoke…')
    const dialog = operator.page.getByRole('dialog', { name: 'Revoke' })
    const which = dialog.getByLabel('Which', { exact: true })
    await which.fill('nobody@example.com')
    await dialog.getByText('There is no account nobody@example.com.').first().waitFor()
    await dialog.getByRole('button', { name: 'Revoke', exact: true }).click()
    await dialog.getByRole('alert').waitFor()
    assert.equal(await which.inputValue(), 'nobody@example.com')
    await operator.page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  test('[J02] the log is narrowed to one kind of target by the server, and the address keeps it', async () => {
    const { operator } = world
    await world.open('/revocation?target=role', 'Revocation')
    await row(world, 'packer').waitFor()
    assert.equal(await row(world, 'laptop lost').count(), 0)
    assert.equal(await operator.page.getByLabel('Target', { exact: true }).inputValue(), 'role')
  })
})
