import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { freePort } from '../../tool/free-port.ts'
import { CliFolder } from '../cli/cli-process.ts'
import { PASSWORD } from '../http/server-world.ts'
import { startChromium } from '../service/chromium.ts'
import { violationsOf } from './inspection.ts'
import { signIn, signOut, signUp } from './journey.ts'
import { Visitors } from './visitors.ts'

suite('the first day with a server that was just started', () => {
  test('[J02] [H05] its first administrator by the link that it prints, then an account whose address is confirmed out of the outbox', async () => {
    const port = String(await freePort())
    using cli = new CliFolder({ COUNTERSIGN_ISSUER: `http://localhost:${port}` })
    await using server = await cli.serve([], { PORT: port })
    await using chromium = await startChromium()
    const visitors = new Visitors(chromium.browser, `http://localhost:${port}`)

    await using operator = await visitors.next()
    const [link = ''] = /\/setup#cs_setup_\S+/.exec(server.said()) ?? assert.fail(server.said())
    await operator.open(link)
    assert.deepEqual(await violationsOf(operator.page), [])
    assert.equal(new URL(operator.page.url()).hash, '', 'the secret does not stay in the address')
    await operator.type('E-mail address', 'ops@example.com')
    await operator.type('Password', PASSWORD)
    await operator.press('Create administrator')
    await operator.reads('Done. You can sign in')
    await signIn(operator, { email: 'ops@example.com', password: PASSWORD })

    await using mira = await visitors.next()
    const person = await signUp(mira, 'mira@example.com')
    await mira.reads(mira.say.account.unverified)
    const subject = mira.say.mail.emailVerification.subject('Countersign')
    do await mira.open('/outbox')
    while ((await mira.link(subject).count()) === 0)
    assert.deepEqual(await violationsOf(mira.page), [])
    await mira.follow(subject)
    await mira.isShown(subject)
    assert.deepEqual(await violationsOf(mira.page), [])
    await mira.page.locator('pre a').click()
    await mira.press(mira.say.link.verifySubmit)
    await mira.reads(mira.say.link.verified)
    await mira.reads(mira.say.account.verified)
    await signOut(mira)
    await signIn(mira, person)
  })
})
