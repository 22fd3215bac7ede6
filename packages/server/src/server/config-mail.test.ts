import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ConfigError, configFromEnvironment } from './config.ts'
import { mailSender, mailServer } from './config-mail.ts'
import { WrongValue } from './config-value.ts'

suite('the mail server', () => {
  const right: readonly (readonly [url: string, host: string, port: number, isSecure: boolean, user?: string, password?: string])[] = [
    ['smtp://mail.example.com', 'mail.example.com', 587, false],
    ['smtps://mail.example.com', 'mail.example.com', 465, true],
    ['smtp://127.0.0.1:1025/', '127.0.0.1', 1025, false],
    ['smtp://[::1]:1025', '::1', 1025, false],
    ['smtps://mailer:p%40ss%3A%2F@mail.example.com:2465', 'mail.example.com', 2465, true, 'mailer', 'p@ss:/'],
    ['smtp://mailer%40example.com:x@mail.example.com', 'mail.example.com', 587, false, 'mailer@example.com', 'x'],
  ]
  for (const [url, host, port, isSecure, user, password = ''] of right) {
    test(`${host}:${port}${user === undefined ? '' : ', with credentials'} is read`, () => {
      assert.deepEqual(mailServer(url), { host, port, isSecure, credentials: user === undefined ? undefined : { user, password } })
    })
  }

  const secret = 'a-secret-password'
  const wrong: readonly string[] = [
    '',
    'mail.example.com',
    'https://mail.example.com',
    `smtp://mailer:${secret}@`,
    `smtp://mailer:${secret}@mail.example.com/path`,
    `smtp://mailer:${secret}@mail.example.com?tls=no`,
    `smtp://mailer:${secret}@mail.example.com#x`,
    `smtp://:${secret}@mail.example.com`,
    'smtp://mailer@mail.example.com',
    `smtp://mailer:${secret}%ZZ@mail.example.com`,
    `smtp://mailer:${secret}%0d%0aQUIT@mail.example.com`,
  ]
  for (const [n, url] of wrong.entries()) {
    test(`what is no address of a mail server is refused without repeating it (${n})`, () => {
      assert.throws(
        () => mailServer(url),
        (error) => error instanceof WrongValue && !error.message.includes(secret),
      )
    })
  }

  test('needs a sender', () => {
    assert.throws(
      () => configFromEnvironment({ COUNTERSIGN_MAIL_URL: 'smtp://127.0.0.1:1025' }),
      (error) => error instanceof ConfigError && error.mistakes.length === 1 && error.mistakes[0]?.name === 'COUNTERSIGN_MAIL_FROM',
    )
  })
})

suite('the sender of mails', () => {
  const right: readonly (readonly [text: string, name: string | undefined, address: string])[] = [
    ['no-reply@example.com', undefined, 'no-reply@example.com'],
    ['Harbour Foods <no-reply@example.com>', 'Harbour Foods', 'no-reply@example.com'],
    ['"Harbour, Foods" <no-reply@example.com>', 'Harbour, Foods', 'no-reply@example.com'],
    ['Käse & Söhne <a+b@mail.example.co.uk>', 'Käse & Söhne', 'a+b@mail.example.co.uk'],
    ['<root@localhost>', undefined, 'root@localhost'],
  ]
  for (const [text, name, address] of right) test(`${text} is read`, () => assert.deepEqual(mailSender(text), { name, address }))

  const wrong: readonly string[] = [
    '',
    'Harbour Foods',
    'a@b@c',
    'a@b.example, c@d.example',
    'A <a@b.example>, C <c@d.example>',
    'Harbour\r\nBcc: eve@example.com <a@b.example>',
    'Harbour <a@b.example>\r\nBcc: eve@example.com',
    'Harbour <a@b.example\r\n>',
    'Har\u2028bour <a@b.example>',
    `${'x'.repeat(65)} <a@b.example>`,
    'a b@example.com',
    'a@-_example',
  ]
  for (const text of wrong) test(`${JSON.stringify(text)} is refused`, () => assert.throws(() => mailSender(text), WrongValue))
})
