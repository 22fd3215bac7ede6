import type { Messages } from './en.ts'
import { account } from './de/account.ts'
import { consent } from './de/consent.ts'
import { field } from './de/field.ts'
import { identity } from './de/identity.ts'
import { key } from './de/key.ts'
import { link } from './de/link.ts'
import { mail } from './de/mail.ts'
import { passkey } from './de/passkey.ts'
import { page } from './de/page.ts'
import { refusal } from './de/refusal.ts'
import { signIn } from './de/sign-in.ts'

export const de: Messages = { page, field, refusal, signIn, account, passkey, identity, key, link, mail, consent }
