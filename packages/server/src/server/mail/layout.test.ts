import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { brandOf } from '../config-brand.ts'
import { locales } from '../message/message.ts'
import { layOut, type MailPart } from './layout.ts'
import { mailTemplates } from './template-table.ts'

const brand = brandOf({ brandName: 'Harbour & Sons' })
const parts: readonly MailPart[] = [
  { paragraph: 'First <b>one</b>.' },
  { facts: [['Time', 'now & "then"']] },
  { button: { label: "It's this", url: 'https://auth.example/x?a=1&b="2' } },
  { code: 'ABCD-EFGH' },
  { small: 'Small.' },
]

suite('the form of a mail', () => {
  const mail = layOut({ to: 'a@b.example', language: 'en', subject: 'Sub & ject', heading: 'Head <ing>', parts }, brand)

  test('the plain text says all of it in order, the address on a line of its own', () => {
    const lines = mail.text.split('\n')
    assert.equal(lines[0], 'Head <ing>')
    assert.ok(lines.includes('https://auth.example/x?a=1&b="2'))
    assert.ok(lines.includes('    ABCD-EFGH'))
    assert.ok(lines.includes('-- '))
    const places = ['First <b>one</b>.', 'Time: now & "then"', "It's this:", 'ABCD', 'Small.', 'Harbour & Sons'].map((each) =>
      mail.text.indexOf(each),
    )
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    )
    assert.ok(!places.includes(-1))
  })

  test('the HTML says the same, with every text as text', () => {
    for (const each of [
      'Head &lt;ing&gt;',
      'First &lt;b&gt;one&lt;/b&gt;.',
      'now &amp; &quot;then&quot;',
      'It&#39;s this',
      'ABCD-EFGH',
      'Small.',
    ]) {
      assert.ok(mail.html.includes(each), each)
    }
    assert.ok(mail.html.includes('<a href="https://auth.example/x?a=1&amp;b=&quot;2"'))
    assert.ok(mail.html.includes('Harbour &amp; Sons'))
    assert.ok(mail.html.includes('<title>Sub &amp; ject</title>'))
  })

  test('the HTML loads nothing, and sets no colour but that of its button', () => {
    assert.doesNotMatch(mail.html, /<(?:img|script|link|style|iframe|table)\b|\bsrc=|url\(|@import/i)
    assert.deepEqual(
      [...mail.html.matchAll(/(?:background|[;"]color):([^;"]+)/g)].map(([, colour]) => colour),
      [brand.light.accent, brand.light.ink],
    )
  })

  for (const language of locales) {
    test(`it says that it is in ${language}`, () => {
      const { html } = layOut({ to: 'a@b.example', language, subject: 's', heading: 'h', parts: [] }, brand)
      assert.match(html, new RegExp(`<html lang="${language}"`))
    })
  }
})

suite('notices', () => {
  const user = { id: 'usr_a', email: 'mira@example.com' }
  const compose = (template: string, facts: Readonly<Record<string, string>>) =>
    mailTemplates[template]?.compose(
      { user: 'usr_a', at: '1800000000000', ...facts },
      {
        issuer: 'https://auth.example/base',
        brand,
        // The rest of the account is of no interest to a notice.
        users: { find: async () => user as never, findByEmail: async () => undefined },
        languages: { find: async () => 'de' },
        links: { create: async () => ({ token: 'cs_notme_x', code: undefined, expiresAt: 0 }) },
        clock: { now: () => 0, monotonicMs: () => 0, after: () => () => undefined },
      },
    )

  test('the language of the request goes before the one that was noted', async () => {
    assert.match((await compose('new_sign_in', {}))?.subject ?? '', /^Neue Anmeldung/)
    assert.match((await compose('new_sign_in', { locale: 'en' }))?.subject ?? '', /^New sign-in/)
  })

  test('the factor is named, whatever kind of passkey it is; one that is not known here is called what it is', async () => {
    const text = async (factor: string): Promise<string> => (await compose('factor_added', { factor, locale: 'en' }))?.text ?? ''
    assert.match(await text('fido2-roaming'), /^A passkey was added/m)
    assert.match(await text('fido2-platform'), /^A passkey was added/m)
    assert.match(await text('app'), /^An authenticator app was added/m)
    assert.match(await text('something-new'), /^A second factor was added/m)
  })

  test('the link stands under the issuer, with its path', async () => {
    assert.match((await compose('password_changed', {}))?.text ?? '', /^https:\/\/auth\.example\/base\/not-me\?token=cs_notme_x$/m)
  })
})
