import { type JSX, useState } from 'react'
import { useInvalidate, useList } from '../api/query.ts'
import { roleNames, startElevation, type User } from '../api/user.ts'
import { ActionDialog, SelectField, say, TextField } from '../kit/index.ts'
import { user as words } from '../message/en/user.ts'
import { allLabels } from './label.ts'

interface ElevationDialogProps {
  readonly user: User
  readonly onClose: () => void
}

const HALF_AN_HOUR = '30'
/** No role can be called so. */
const OTHER = ' '

/** A role that somebody does not have for good, for some minutes. */
export function ElevationDialog({ user, onClose }: ElevationDialogProps): JSX.Element {
  const invalidate = useInvalidate()
  const { data: known = [] } = useList(['role-names'], roleNames)
  const roles = allLabels(['admin'], known).filter((role) => !user.roles.includes(role))
  const [chosen, setChosen] = useState('')
  const [typed, setTyped] = useState('')
  const [minutes, setMinutes] = useState(HALF_AN_HOUR)
  const [reason, setReason] = useState('')
  const picked = chosen === '' ? (roles[0] ?? OTHER) : chosen
  const role = picked === OTHER ? typed.trim() : picked

  const act = async (): Promise<void> => {
    await startElevation(user.id, { role, minutes: Number(minutes), reason })
    await invalidate(['user', user.id])
    say(words.elevated(role))
  }
  const fields = (
    <>
      <SelectField
        label={words.elevateRole}
        name={picked === OTHER ? 'known-role' : 'role'}
        value={picked}
        onChange={setChosen}
        options={[...roles.map((each) => ({ value: each, title: each })), { value: OTHER, title: words.otherRole }]}
      />
      {picked === OTHER ? (
        <TextField label={words.otherRoleName} name="role" hint={words.otherRoleHint} required value={typed} onChange={setTyped} />
      ) : null}
      <TextField
        label={words.minutes}
        name="minutes"
        hint={words.minutesHint}
        inputMode="numeric"
        required
        value={minutes}
        onChange={setMinutes}
      />
      <TextField label={words.reason} name="reason" hint={words.reasonHint} required value={reason} onChange={setReason} />
    </>
  )
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={words.elevateTitle}
      effect={words.elevateEffect}
      verb={words.elevateVerb}
      act={act}
      fields={fields}
    />
  )
}
