import type { AuthError } from 'countersign/core'
import { parseJson } from 'countersign/core'
import * as z from 'zod'
import type { Messages } from '../../message/en.ts'

/** More than any authenticator says of itself. */
const MAXIMUM = 32_768

/** What the script has put into its field: a document of the API, as text. */
export const typedPasskey = <Answer>(schema: z.ZodType<Answer>): z.ZodType<Answer> =>
  z
    .string()
    .min(1)
    .max(MAXIMUM)
    .transform((text, context) => {
      try {
        return parseJson(text)
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
        context.addIssue({ code: 'custom', message: 'is no JSON' })
        return z.NEVER
      }
    })
    .pipe(schema)

/** What did not work with it, in the words of a person. */
export function passkeyReason({ code }: AuthError, { passkey }: Messages): string | undefined {
  if (code === 'request_invalid' || code === 'request_replayed') return passkey.over
  return code === 'credentials_invalid' ? passkey.unknown : undefined
}
