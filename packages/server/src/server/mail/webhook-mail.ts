import { layOut } from './layout.ts'
import type { MailTemplate } from './mail-template.ts'
import { languageOf, mailWords } from './mail-words.ts'

/** To the operator who has made the endpoint. */
export const webhookDisabled: MailTemplate = {
  async compose(facts, { users, languages, brand }) {
    const user = await users.find(facts['user'] ?? '')
    if (user === undefined || user.status !== 'active') return undefined
    const language = languageOf(await languages.find(user.id))
    const { webhookDisabled: words } = mailWords(language)
    const { host = '', endpoint = '', reason } = facts
    return layOut(
      {
        to: user.email,
        language,
        subject: words.subject(brand.name),
        heading: words.heading,
        parts: [
          { paragraph: words.text(host) },
          { paragraph: reason === 'gone' ? words.gone : words.failedForDays },
          { paragraph: `${words.next} ${endpoint}` },
        ],
      },
      brand,
    )
  },
}
