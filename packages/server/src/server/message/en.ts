import { account } from './en/account.ts'
import { consent } from './en/consent.ts'
import { field } from './en/field.ts'
import { identity } from './en/identity.ts'
import { key } from './en/key.ts'
import { link } from './en/link.ts'
import { mail } from './en/mail.ts'
import { passkey } from './en/passkey.ts'
import { page } from './en/page.ts'
import { refusal } from './en/refusal.ts'
import { signIn } from './en/sign-in.ts'

/** English, and the contract: whatever stands here stands in every other language. Each part of the server has its section. */
export interface Messages {
  readonly page: typeof page
  readonly field: typeof field
  readonly refusal: typeof refusal
  readonly signIn: typeof signIn
  readonly account: typeof account
  readonly passkey: typeof passkey
  readonly identity: typeof identity
  readonly key: typeof key
  readonly link: typeof link
  readonly mail: typeof mail
  readonly consent: typeof consent
}

export const en: Messages = { page, field, refusal, signIn, account, passkey, identity, key, link, mail, consent }
