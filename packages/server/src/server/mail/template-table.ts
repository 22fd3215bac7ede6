import type { MailTemplate } from './mail-template.ts'
import { webhookDisabled } from './webhook-mail.ts'
import { emailChange, emailVerification, magicLink, passwordReset } from './link-mail.ts'
import { emailChanged, factorAdded, factorRemoved, newSignIn, passwordChanged, recoveryCodesRenewed, sessionStolen } from './notice.ts'

/** Every mail that is sent, by the name that stands in the queue. No name is used again for something else: what waits there may be of an older version. */
export const mailTemplates: Readonly<Record<string, MailTemplate>> = Object.freeze({
  new_sign_in: newSignIn,
  password_changed: passwordChanged,
  factor_added: factorAdded,
  factor_removed: factorRemoved,
  recovery_codes_renewed: recoveryCodesRenewed,
  email_changed: emailChanged,
  session_stolen: sessionStolen,
  webhook_disabled: webhookDisabled,
  password_reset: passwordReset,
  magic_link: magicLink,
  email_verification: emailVerification,
  email_change: emailChange,
})
