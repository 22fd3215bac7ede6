import * as z from 'zod'
import type { FactorProof, PasskeyAssertion } from '../../../session/index.ts'
import { totpCode } from '../../factor-schema.ts'
import type { Messages } from '../../message/en.ts'
import { passkeyAssertion } from '../../passkey-schema.ts'
import type { Services } from '../../services.ts'
import type { FieldSentences } from '../form-error.ts'
import { type AnyForm, defineForm, type PageCall, type Redirect } from '../page.ts'
import { passkeyReason, typedPasskey } from '../passkey/typed-passkey.ts'
import { CODE, PASSKEY, RECOVERY } from './factor-panel.ts'

type Use = (proof: FactorProof, call: PageCall, services: Services) => Promise<Redirect>

/**
 * A form for each way to show a second factor, all of which lead to the same.
 *
 * @param act As in `Form`.
 */
export function factorFormsFor(act: string, failed: (say: Messages) => string, use: Use): Readonly<Record<string, AnyForm>> {
  const typed = (kind: 'code' | 'recoveryCode', proofOf: (code: string) => FactorProof): AnyForm =>
    defineForm<{ readonly code: string }>({
      act,
      fields: z.strictObject({ code: totpCode }),
      keeps: [],
      failed,
      blame: ({ code }, { field }): FieldSentences | undefined => (code === 'credentials_invalid' ? { code: field[kind] } : undefined),
      submit: ({ code }, call, services) => use(proofOf(code), call, services),
    })
  return {
    [CODE]: typed('code', (totp) => ({ totpCode: totp })),
    [RECOVERY]: typed('recoveryCode', (recoveryCode) => ({ recoveryCode })),
    [PASSKEY]: defineForm<{ readonly passkey: PasskeyAssertion }>({
      act,
      fields: z.strictObject({ passkey: typedPasskey(passkeyAssertion) }),
      keeps: [],
      failed,
      reason: passkeyReason,
      submit: ({ passkey }, call, services) => use({ passkey, session: call.session?.session.id }, call, services),
    }),
  }
}
