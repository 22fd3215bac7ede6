import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { systemClock } from 'countersign/core'
import { AuthenticatorApp } from '../http/authenticator-app.ts'
import { PASSWORD, type Reply, ServerWorld } from '../http/server-world.ts'
import { MailReceiver, type ReceivedMail } from './mail-receiver.ts'

const NEW_PASSWORD = 'another long walk on the beach'
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const SAFARI = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15'

const subjects = {
  en: {
    signIn: 'New sign-in to your Harbour account',
    password: 'Your Harbour password was changed',
    added: 'A sign-in method was added to your Harbour account',
    removed: 'A sign-in method was removed from your Harbour account',
    codes: 'New recovery codes for your Harbour account',
    email: 'The address of your Harbour account was changed',
    stolen: 'A device was signed out of your Harbour account',
    reset: 'Choose a new Harbour password',
    notMe: 'This was not me',
  },
  de: {
    signIn: 'Neue Anmeldung bei Ihrem Harbour-Konto',
    password: 'Ihr Harbour-Passwort wurde geändert',
    added: 'Neue Anmeldemethode für Ihr Harbour-Konto',
    removed: 'Eine Anmeldemethode Ihres Harbour-Kontos wurde entfernt',
    codes: 'Neue Wiederherstellungscodes für Ihr Harbour-Konto',
    email: 'Die Adresse Ihres Harbour-Kontos wurde geändert',
    stolen: 'Ein Gerät wurde von Ihrem Harbour-Konto abgemeldet',
    reset: '',
    notMe: 'Das war ich nicht',
  },
} as const

interface Person {
  readonly email: string
  readonly id: string
  readonly token: string
  readonly refreshToken: string
  readonly language: 'en' | 'de'
}

suite('what happens to an account is told by mail', () => {
  let receiver: MailReceiver
  let world: ServerWorld
  let people = 0
  before(async () => {
    receiver = await MailReceiver.open()
    world = await ServerWorld.open({ mailServer: receiver.url, mailFrom: 'no-reply@harbour.example', brandName: 'Harbour' })
  })
  after(async () => {
    await world[Symbol.asyncDispose]()
    await receiver[Symbol.asyncDispose]()
  })

  const signIn = (email: string, language: string, agent = FIREFOX, more: object = {}): Promise<Reply> =>
    world.ask('POST', '/v1/sessions', {
      body: { email, password: PASSWORD, ...more },
      headers: { 'accept-language': language, 'user-agent': agent },
    })

  async function person(language: 'en' | 'de' = 'en'): Promise<Person> {
    const email = `person${++people}@harbour.example`
    const created = await world.local('POST', '/v1/users', { email, password: PASSWORD })
    assert.equal(created.status, 201)
    const { status, body } = await signIn(email, language)
    assert.equal(status, 201)
    return { email, id: created.body.user.id, token: body.access_token, refreshToken: body.refresh_token, language }
  }

  const mailsOf = (email: string, subject: string): readonly ReceivedMail[] =>
    receiver.received.filter(({ to, mail }) => to === email && mail.subject === subject)

  /** The mail to somebody with that subject, once it has come. */
  async function told(email: string, subject: string): Promise<ReceivedMail> {
    for (let count = 1; ; count++) {
      const [found] = mailsOf(email, subject)
      if (found !== undefined) return found
      await receiver.mailsTo(email, Math.max(count, receiver.received.filter(({ to }) => to === email).length + 1))
    }
  }

  const linkIn = (text: string | undefined): string => {
    const token = new RegExp(`^${world.url}/not-me\\?token=(cs_notme_\\S+)$`, 'm').exec(text ?? '')?.[1]
    assert.ok(token !== undefined, text)
    return token
  }

  /** Both bodies say it, the link is in both, and nothing of it is fetched from anywhere. */
  function isWhole({ mail, raw }: ReceivedMail, { email, language }: Person): void {
    const { text = '', html = '' } = mail
    const token = linkIn(text)
    for (const body of [text, html]) {
      assert.ok(body.includes(email))
      assert.ok(body.includes(token))
      assert.ok(body.includes(subjects[language].notMe))
      assert.match(body, / UTC/)
    }
    assert.match(html, new RegExp(`^<!doctype html>\n<html lang="${language}"`))
    assert.doesNotMatch(html, /<(?:img|script|link|style|iframe|object|form|table|svg|video|audio|base)\b|\bsrc=|url\(|@import|\son\w+=/i)
    for (const [address] of html.matchAll(/https?:[^\s"<]+/g)) assert.ok(address.startsWith(`${world.url}/`), address)
    assert.doesNotMatch(raw, /^(?:bcc|cc):/im)
    assert.deepEqual(mail.attachments, [])
  }

  for (const language of ['en', 'de'] as const) {
    test(`[H05] a sign-in on an unknown device, with browser, address and time, in ${language}`, async () => {
      const someone = await person(language)
      assert.equal((await signIn(someone.email, language, FIREFOX)).status, 201)
      assert.equal((await signIn(someone.email, language, SAFARI)).status, 201)
      const notice = await told(someone.email, subjects[language].signIn)
      isWhole(notice, someone)
      assert.match(notice.mail.text ?? '', language === 'en' ? /Browser: Safari on macOS/ : /Browser: Safari auf macOS/)
      assert.match(notice.mail.text ?? '', /: 127\.0\.0\.1\n/)
      await signIn(someone.email, language, SAFARI)
      assert.equal(mailsOf(someone.email, subjects[language].signIn).length, 1)
    })

    test(`[H05] a change of the password, by its owner on a known device too, in ${language}`, async () => {
      const someone = await person(language)
      const body = { current_password: PASSWORD, new_password: NEW_PASSWORD }
      assert.equal((await world.ask('PUT', '/v1/me/password', { token: someone.token, body })).status, 200)
      isWhole(await told(someone.email, subjects[language].password), someone)
    })

    test(`[H05] [B23] a refresh token that was in two hands, in ${language}`, async () => {
      const someone = await person(language)
      const refresh = (token: string) => world.ask('POST', '/v1/sessions/refresh', { body: { refresh_token: token } })
      const { body: second } = await refresh(someone.refreshToken)
      assert.equal((await refresh(second.refresh_token)).status, 200)
      for (let attempt = 0; attempt < 2; attempt++) assert.equal((await refresh(someone.refreshToken)).status, 401)
      isWhole(await told(someone.email, subjects[language].stolen), someone)
      assert.equal(mailsOf(someone.email, subjects[language].stolen).length, 1)
    })

    test(`[H05] an authenticator app that was added and removed, in ${language}`, async () => {
      const someone = await person(language)
      const { body } = await world.ask('POST', '/v1/me/factors/totp', { token: someone.token })
      const app = new AuthenticatorApp(body.otpauth_uri, systemClock)
      const confirmed = await world.ask('POST', '/v1/me/factors/totp/confirm', { token: someone.token, body: { code: app.code() } })
      assert.equal(confirmed.status, 200)
      const added = await told(someone.email, subjects[language].added)
      isWhole(added, someone)
      assert.match(added.mail.text ?? '', /Authenticator-App|authenticator app/)
      assert.equal((await world.local('DELETE', `/v1/users/${someone.id}/factors/totp`)).status, 204)
      isWhole(await told(someone.email, subjects[language].removed), someone)
    })

    test(`[H05] new recovery codes, in ${language}`, async () => {
      const someone = await person(language)
      const { body } = await world.ask('POST', '/v1/me/factors/totp', { token: someone.token })
      const app = new AuthenticatorApp(body.otpauth_uri, systemClock)
      await world.ask('POST', '/v1/me/factors/totp/confirm', { token: someone.token, body: { code: app.code() } })
      const { access_token: token } = await world.refresh(someone.refreshToken)
      const renewed = await world.ask('POST', '/v1/me/factors/recovery-codes', { token })
      assert.equal(renewed.status, 201)
      const notice = await told(someone.email, subjects[language].codes)
      isWhole(notice, someone)
      for (const code of renewed.body.recovery_codes) assert.ok(!notice.raw.includes(code))
    })

    test(`[H05] another e-mail address, to the one of before, in ${language}`, async () => {
      const someone = await person(language)
      const email = `new-${someone.email}`
      const asked = await world.ask('PUT', '/v1/me/email', {
        token: someone.token,
        body: { email },
        headers: { 'accept-language': language },
      })
      assert.equal(asked.status, 202)
      const [request] = await receiver.mailsTo(email)
      const token = /token=(cs_change_\S+)/.exec(request?.mail.text ?? '')?.[1]
      const confirmed = await world.ask('POST', '/v1/email-verifications/confirm', {
        body: { token },
        headers: { 'accept-language': language },
      })
      assert.ok(confirmed.status < 300)
      isWhole(await told(someone.email, subjects[language].email), someone)
    })
  }

  test('[H05] "this was not me" ends every session, voids the password and starts a new one; a second time it is nothing', async () => {
    const someone = await person()
    const stolen = await signIn(someone.email, 'en', SAFARI)
    const token = linkIn((await told(someone.email, subjects.en.signIn)).mail.text)
    assert.equal((await world.ask('POST', '/v1/links/show', { body: { token } })).body.kind, 'not_me')
    assert.equal(await world.verdictOn(stolen.body.access_token), '200')
    assert.equal((await world.ask('POST', '/v1/not-me', { body: { token } })).status, 204)
    for (const each of [someone.token, stolen.body.access_token]) assert.equal(await world.verdictOn(each), 'token_revoked')
    assert.equal(await world.refreshVerdictOn(stolen.body.refresh_token), 'refresh_invalid')
    assert.equal((await signIn(someone.email, 'en')).body.code, 'credentials_invalid')
    const reset = await told(someone.email, subjects.en.reset)
    const resetToken = /token=(cs_reset_\S+)/.exec(reset.mail.text ?? '')?.[1]
    const confirm = { token: resetToken, password: NEW_PASSWORD }
    assert.equal((await world.ask('POST', '/v1/password-resets/confirm', { body: confirm })).status, 204)
    assert.equal((await signIn(someone.email, 'en', FIREFOX, { password: NEW_PASSWORD })).status, 201)
    assert.equal((await world.ask('POST', '/v1/not-me', { body: { token } })).body.code, 'link_invalid')
  })

  test('[H05] what a browser says of itself cannot put a link, markup or a header into the mail', async () => {
    const someone = await person()
    for (const agent of ['http://evil.example/ <a href="http://evil.example">x</a>', 'evil.example/1.0 (visit; http://evil.example)']) {
      assert.equal((await signIn(someone.email, 'en', agent)).status, 201)
    }
    await told(someone.email, subjects.en.signIn)
    for (const { raw, mail } of mailsOf(someone.email, subjects.en.signIn))
      for (const part of [raw, mail.text, mail.html]) assert.doesNotMatch(part ?? '', /evil\./)
  })

  test('[H05] what waits for a mail server holds no secret, nor does the log', async () => {
    const someone = await person()
    let letGo = (): void => undefined
    const held = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const arrived = new Promise<void>((resolve) => {
      receiver.behaviour = {
        onMessage: async () => {
          resolve()
          await held
          return undefined
        },
      }
    })
    await signIn(someone.email, 'en', SAFARI)
    await arrived
    const folder = join(world.folder, 'data')
    const stored = readdirSync(folder)
      .filter((file) => !file.endsWith('.sock'))
      .map((file) => readFileSync(join(folder, file), 'latin1'))
      .join('')
    letGo()
    receiver.behaviour = {}
    const { mail } = await told(someone.email, subjects.en.signIn)
    assert.ok(stored.includes('mail.sign-in.ses_'), 'the queue was read')
    for (const place of [stored, world.lines.join('')]) {
      assert.equal(place.includes(linkIn(mail.text)), false)
      assert.equal(place.includes('cs_notme_'), false)
    }
    assert.equal(world.lines.join('').includes(someone.email), false)
  })

  test('[H05] a mail that is not taken at once is sent again, and a notice of it is not made twice', async () => {
    const someone = await person()
    let refusals = 0
    const ofNotice = (raw: string): boolean => raw.includes(`Subject: ${subjects.en.password}`)
    receiver.behaviour = { onMessage: (_to, raw) => (ofNotice(raw) && refusals++ === 0 ? { code: 451 } : undefined) }
    await world.ask('PUT', '/v1/me/password', { token: someone.token, body: { current_password: PASSWORD, new_password: NEW_PASSWORD } })
    isWhole(await told(someone.email, subjects.en.password), someone)
    receiver.behaviour = {}
    assert.equal(refusals, 2)
    const trouble = world.lines.filter((line) => line.includes('"not delivered"'))
    assert.ok(trouble.some((line) => line.includes('SMTP 451 DATA')))
    assert.equal(trouble.join('').includes(someone.email), false)
  })
})
