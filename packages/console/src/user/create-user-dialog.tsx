import { type JSX, useState } from 'react'
import { useLocation } from 'wouter'
import { readMails } from '../api/mail.ts'
import { useInvalidate, useList } from '../api/query.ts'
import { createUser, mailPasswordLink } from '../api/user.ts'
import { ActionDialog, SelectField, say, TextField } from '../kit/index.ts'
import { users as words } from '../message/en/user.ts'
import { userPath } from '../session/path.ts'
import { readLabels } from './label.ts'
import { arrival } from './arrival.ts'
import { newUser } from './new-user.ts'

interface CreateUserDialogProps {
  readonly onClose: () => void
}

const ways = [
  { value: 'mail', title: words.ways.mail },
  { value: 'typed', title: words.ways.typed },
] as const

/** With a password that the operator types, or with none, and a mail with a link to choose one. */
export function CreateUserDialog({ onClose }: CreateUserDialogProps): JSX.Element {
  const [, navigate] = useLocation()
  const invalidate = useInvalidate()
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [roles, setRoles] = useState('')
  const [way, setWay] = useState<string>('mail')
  const [password, setPassword] = useState('')
  const { data: mail } = useList(['mail-transport'], readMails)
  // Whoever types before that is known types nothing in vain.
  const sendsMail = mail?.queue.transport !== 'none'
  const isTyped = !sendsMail || way === 'typed'

  const act = async (): Promise<void> => {
    const user = await createUser(newUser({ email, name, roles: readLabels(roles), password: isTyped ? password : undefined }))
    await invalidate(['users'])
    // It exists by now, whatever becomes of the mail: that is told where the mail can be sent again.
    const isMailed =
      isTyped ||
      (await mailPasswordLink(user.email).then(
        () => true,
        () => false,
      ))
    if (isMailed) say(isTyped ? words.wasCreated(user.email) : words.wasInvited(user.email))
    navigate(userPath(user.id), { state: arrival(isMailed) })
  }

  const fields = (
    <>
      <TextField label={words.email} name="email" type="email" inputMode="email" required value={email} onChange={setEmail} />
      <TextField label={words.name} name="name" hint={words.nameHint} value={name} onChange={setName} />
      <TextField label={words.newRoles} name="roles" hint={words.rolesHint} value={roles} onChange={setRoles} />
      {sendsMail ? (
        <SelectField label={words.way} name="way" hint={words.wayHint} value={way} onChange={setWay} options={ways} />
      ) : (
        <p className="soft">{words.noMail}</p>
      )}
      {isTyped ? (
        <TextField
          label={words.password}
          name="password"
          hint={words.passwordHint}
          type="password"
          autoComplete="new-password"
          required
          value={password}
          onChange={setPassword}
        />
      ) : null}
    </>
  )
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={words.createTitle}
      effect={words.createEffect}
      verb={words.createVerb}
      act={act}
      fields={fields}
    />
  )
}
