import { account } from './en/account.ts'
import { field } from './en/field.ts'
import { mail } from './en/mail.ts'
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
  readonly mail: typeof mail
}

export const en: Messages = { page, field, refusal, signIn, account, mail }
