import { given, moment, whole, words } from '../caller-key/key-form.ts'

/** What lets clients in, as somebody writes it down. */
export interface InvitationDraft {
  readonly uses: string
  readonly expires: string
  readonly kinds: readonly string[]
  readonly grants: readonly string[]
  readonly scopes: string
}

/** As the server would have it where nothing is said. */
export const emptyInvitation: InvitationDraft = Object.freeze({
  uses: '1',
  expires: '',
  kinds: ['confidential'],
  grants: ['authorization_code', 'refresh_token'],
  scopes: '',
})

/** Where nothing is ticked the server is asked with none, and says that there has to be one. */
export const invitationBody = ({ uses, expires, kinds, grants, scopes }: InvitationDraft): Readonly<Record<string, unknown>> => ({
  ...given({ uses: whole(uses), expires_at: moment(expires), scopes: words(scopes) }),
  kinds,
  grant_types: grants,
})
