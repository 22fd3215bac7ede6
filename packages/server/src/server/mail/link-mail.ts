import type { CreatedLink, LinkKind } from '../../account/link/index.ts'
import type { User } from '../../account/user.ts'
import { layOut, type MailPart } from './layout.ts'
import type { MailFacts, MailServices, MailTemplate } from './mail-template.ts'
import { languageOf, type MailWords, mailWords } from './mail-words.ts'

interface LinkMail {
  readonly kind: LinkKind
  /** The page behind the link. */
  readonly path: string
  readonly words: (words: MailWords) => MailWords['passwordReset']
  /** Whom it is about, as they are when the mail is composed; undefined: there is nobody to write to. */
  readonly find: (facts: MailFacts, users: MailServices['users']) => Promise<User | undefined>
  /** Fact that holds the address it goes to, where that is not the one of the account. */
  readonly to?: string
}

/**
 * A mail with a link in it. The link is made here, so that whoever reads the queue finds none, and so that a request for somebody who does not
 * exist costs what any other does.
 */
const linkMail = ({ kind, path, words: wordsOf, find, to: toFact }: LinkMail): MailTemplate => ({
  async compose(facts, { issuer, brand, users, links }) {
    const user = await find(facts, users)
    if (user === undefined || user.status !== 'active') return undefined
    const given = toFact === undefined ? undefined : facts[toFact]
    const { request } = facts
    const link = await links.create(kind, {
      user: user.id,
      ...(given === undefined ? {} : { email: given }),
      ...(request === undefined ? {} : { requestHash: request }),
    })
    if (link === undefined) return undefined
    const all = mailWords(facts['locale'])
    const words = wordsOf(all)
    const to = given ?? user.email
    const url = `${issuer}${path}?token=${link.token}`
    return layOut(
      {
        to,
        language: languageOf(facts['locale']),
        subject: words.subject(brand.name),
        heading: words.heading,
        parts: [
          { paragraph: words.text(to) },
          { button: { label: words.button, url } },
          ...codeOf(all, link),
          { small: words.life },
          { small: words.ignore },
        ],
      },
      brand,
    )
  },
})

const codeOf = ({ magicLink }: MailWords, { code }: CreatedLink): readonly MailPart[] =>
  code === undefined ? [] : [{ paragraph: magicLink.orCode }, { code }]

const byId: LinkMail['find'] = (facts, users) => users.find(facts['user'] ?? '')

/** Asked for by an address, or by "this was not me" for an account. */
const byEither: LinkMail['find'] = async (facts, users) =>
  facts['email'] === undefined ? byId(facts, users) : (await users.findByEmail(facts['email']))?.user

export const passwordReset: MailTemplate = linkMail({
  kind: 'password_reset',
  path: '/reset',
  words: ({ passwordReset }) => passwordReset,
  find: byEither,
})

export const magicLink: MailTemplate = linkMail({ kind: 'magic_link', path: '/magic', words: ({ magicLink }) => magicLink, find: byEither })

export const emailVerification: MailTemplate = linkMail({
  kind: 'email_verification',
  path: '/verify',
  words: ({ emailVerification }) => emailVerification,
  async find(facts, users) {
    const user = await byId(facts, users)
    // Proven meanwhile.
    return user?.emailVerifiedAt === undefined ? user : undefined
  },
})

export const emailChange: MailTemplate = linkMail({
  kind: 'email_change',
  path: '/verify',
  words: ({ emailChange }) => emailChange,
  to: 'email',
  async find(facts, users) {
    const owner = (await users.findByEmail(facts['email'] ?? ''))?.user
    const user = await byId(facts, users)
    // Somebody else's by now. Whoever asked must not learn that, and its owner has nothing to do with it.
    return owner === undefined || owner.id === user?.id ? user : undefined
  },
})
