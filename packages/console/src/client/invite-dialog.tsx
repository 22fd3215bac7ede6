import { type JSX, useState } from 'react'
import { createClientInvitation, type IssuedClientInvitation } from '../api/client-invitation.ts'
import { useInvalidate } from '../api/query.ts'
import { ActionDialog, CheckField, say, TextField } from '../kit/index.ts'
import { clients, invitation as text } from '../message/en/client.ts'
import { GrantFields } from './grant-fields.tsx'
import { emptyInvitation, invitationBody } from './invitation-draft.ts'

interface InviteDialogProps {
  readonly onClose: () => void
  readonly onIssued: (issued: IssuedClientInvitation) => void
}

export function InviteDialog({ onClose, onIssued }: InviteDialogProps): JSX.Element {
  const [draft, setDraft] = useState(emptyInvitation)
  const invalidate = useInvalidate()
  const act = async (): Promise<void> => {
    const issued = await createClientInvitation(invitationBody(draft))
    await invalidate(['client-invitations'])
    say(text.made(issued.uses_left))
    onIssued(issued)
  }
  const { kinds } = draft
  const fields = (
    <>
      <TextField
        label={text.uses}
        name="uses"
        hint={text.usesHint}
        inputMode="numeric"
        required
        value={draft.uses}
        onChange={(uses) => setDraft({ ...draft, uses })}
      />
      <TextField
        label={text.expires}
        name="expires_at"
        hint={text.expiresHint}
        type="datetime-local"
        value={draft.expires}
        onChange={(expires) => setDraft({ ...draft, expires })}
      />
      <fieldset className="field">
        <legend>{text.mayBe}</legend>
        {Object.entries(clients.kinds).map(([kind, title], index) => (
          <CheckField
            key={kind}
            label={title}
            name={index === 0 ? 'kinds' : `kinds-${kind}`}
            checked={kinds.includes(kind)}
            onChange={(isChosen) => setDraft({ ...draft, kinds: isChosen ? [...kinds, kind] : kinds.filter((each) => each !== kind) })}
          />
        ))}
      </fieldset>
      <GrantFields legend={text.grants} name="grant_types" chosen={draft.grants} onChange={(grants) => setDraft({ ...draft, grants })} />
      <TextField
        label={text.scopes}
        name="scopes"
        hint={text.scopesHint}
        value={draft.scopes}
        onChange={(scopes) => setDraft({ ...draft, scopes })}
      />
    </>
  )
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={text.inviteTitle}
      effect={text.inviteEffect}
      verb={text.inviteVerb}
      act={act}
      fields={fields}
    />
  )
}
