import { browserIn } from './browser-name.ts'
import { layOut } from './layout.ts'
import type { MailFacts, MailTemplate } from './mail-template.ts'
import { languageOf, type MailWords, mailWords } from './mail-words.ts'

interface NoticeText {
  readonly subject: (brand: string) => string
  readonly heading: string
  readonly text: string
  /** In the place of what every notice says. */
  readonly wasNotYou?: string
}

type Describe = (words: MailWords, facts: MailFacts, account: string) => NoticeText

/** Tells people what happened to their account, when and from where, and how to undo it. */
const notice = (describe: Describe): MailTemplate => ({
  async compose(facts, { users, languages, links, issuer, brand }) {
    const user = await users.find(facts['user'] ?? '')
    if (user === undefined) return undefined
    const { id, email } = user
    // Of a change of address: the one that it had.
    const to = facts['email'] ?? email
    const { at } = facts
    const link = await links.create('not_me', { user: id, email: to, ...(at === undefined ? {} : { since: Number(at) }) })
    // Whoever cannot sign in has nothing left to undo.
    if (link === undefined) return undefined
    const locale = languageOf(facts['locale'] ?? (await languages.find(id)))
    const words = mailWords(locale)
    const { wasYou, notMe } = words.notice
    const { subject, heading, text, wasNotYou = words.notice.wasNotYou } = describe(words, facts, to)
    const parts = [
      { paragraph: text },
      { facts: circumstances(words, facts, locale) },
      { paragraph: wasYou },
      { paragraph: wasNotYou },
      { button: { label: notMe, url: `${issuer}/not-me?token=${link.token}` } },
    ]
    return layOut({ to, language: locale, subject: subject(brand.name), heading, parts }, brand)
  },
})

function circumstances({ notice: words }: MailWords, facts: MailFacts, locale: string): readonly (readonly [string, string])[] {
  const { at = '', user_agent: userAgent, address } = facts
  const rows: (readonly [string, string])[] = [[words.time, momentIn(locale, Number(at))]]
  if (userAgent !== undefined) rows.push([words.browser, browserIn(userAgent, words)])
  if (address !== undefined) rows.push([words.address, address])
  return rows
}

/** In UTC: nobody knows where the reader is. */
function momentIn(language: string, at: number): string {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
  return `${format.format(at)} UTC`
}

const factorOf = ({ factors }: MailWords, { factor }: MailFacts): string =>
  factor === 'app'
    ? factors.app
    : factor === 'identity'
      ? factors.identity
      : factor?.startsWith('fido2-') === true
        ? factors.passkey
        : factors.other

export const newSignIn: MailTemplate = notice((words, _facts, account) => ({ ...words.newSignIn, text: words.newSignIn.text(account) }))

export const passwordChanged: MailTemplate = notice((words, _facts, account) => ({
  ...words.passwordChanged,
  text: words.passwordChanged.text(account),
}))

export const factorAdded: MailTemplate = notice((words, facts, account) => ({
  ...words.factorAdded,
  text: words.factorAdded.text(account, factorOf(words, facts)),
}))

export const factorRemoved: MailTemplate = notice((words, facts, account) => ({
  ...words.factorRemoved,
  text: words.factorRemoved.text(account, factorOf(words, facts)),
}))

export const recoveryCodesRenewed: MailTemplate = notice((words, _facts, account) => ({
  ...words.recoveryCodesRenewed,
  text: words.recoveryCodesRenewed.text(account),
}))

export const sessionStolen: MailTemplate = notice((words, _facts, account) => ({
  ...words.sessionStolen,
  text: words.sessionStolen.text(account),
}))

/** To the address that the account had: fact `email`. */
export const emailChanged: MailTemplate = notice((words, _facts, account) => ({
  ...words.emailChanged,
  text: words.emailChanged.text(account),
}))
