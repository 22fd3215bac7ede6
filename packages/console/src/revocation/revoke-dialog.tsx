import { type JSX, useState } from 'react'
import { useInvalidate } from '../api/query.ts'
import { revoke } from '../api/revocation.ts'
import { ActionDialog, say, SelectField, TextField } from '../kit/index.ts'
import { revocation as words } from '../message/en/revocation.ts'
import { type Draft, emptyDraft, hasModes, requestOf } from './request.ts'
import { RevokeEffect } from './revoke-effect.tsx'
import { targetIdOf } from './person.ts'

interface DialogProps {
  readonly open: boolean
  readonly onClose: () => void
}

/** Says what it will end before it does. */
export const RevokeDialog = ({ open, onClose }: DialogProps): JSX.Element | null => (open ? <Revoke onClose={onClose} /> : null)

function Revoke({ onClose }: Pick<DialogProps, 'onClose'>): JSX.Element {
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const invalidate = useInvalidate()
  const set = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }))
  const act = async (): Promise<void> => {
    const { position } = await revoke(requestOf(draft, await targetIdOf(draft)))
    say(words.wasRevoked(position))
    await Promise.all([invalidate(['revocation']), invalidate(['sessions'])])
  }
  const hint = words.idHints[draft.kind]
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={words.dialogTitle}
      effect={<RevokeEffect draft={draft} />}
      verb={words.verb}
      tone="danger"
      act={act}
      fields={
        <div className="stack">
          <SelectField
            label={words.what}
            name="kind"
            value={draft.kind}
            onChange={(kind) => set({ kind, id: '' })}
            options={optionsOf(words.choices)}
          />
          {hint === undefined ? null : (
            <TextField label={words.id} name="target" hint={hint} value={draft.id} onChange={(id) => set({ id })} />
          )}
          {hasModes(draft) ? (
            <SelectField
              label={words.mode}
              name="mode"
              value={draft.mode}
              onChange={(mode) => set({ mode })}
              options={optionsOf({ hard: words.hard, soft: words.soft })}
            />
          ) : null}
          <TextField
            label={words.reason}
            name="reason"
            hint={words.reasonHint}
            value={draft.reason}
            onChange={(reason) => set({ reason })}
          />
        </div>
      }
    />
  )
}

const optionsOf = (titles: Readonly<Record<string, string>>): readonly { readonly value: string; readonly title: string }[] =>
  Object.entries(titles).map(([value, title]) => ({ value, title }))
