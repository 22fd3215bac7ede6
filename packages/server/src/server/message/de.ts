import type { Messages } from './en.ts'
import { account } from './de/account.ts'
import { field } from './de/field.ts'
import { mail } from './de/mail.ts'
import { page } from './de/page.ts'
import { refusal } from './de/refusal.ts'
import { signIn } from './de/sign-in.ts'

export const de: Messages = { page, field, refusal, signIn, account, mail }
