import { type JSX, useState } from 'react'
import { useInvalidate } from '../api/query.ts'
import { listRoles, removeRole, type Role, setRole } from '../api/role.ts'
import { joined, words } from '../caller-key/key-form.ts'
import { ActionDialog, say, TextField } from '../kit/index.ts'
import { mergedList } from '../kit/list-change.ts'
import { roleText as text } from '../message/en/role.ts'
import { RoleEffect } from './role-effect.tsx'
import { changedScopes, requireNew } from './role.ts'

interface DialogProps {
  readonly onClose: () => void
}

interface RoleDialogProps extends DialogProps {
  readonly role: Role
}

/** What hangs on roles: their list, the names that others offer, and whom one touches. */
function useChanged(): () => Promise<unknown> {
  const invalidate = useInvalidate()
  return () => Promise.all([invalidate(['roles']), invalidate(['role-names'])])
}

const ScopeField = ({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }): JSX.Element => (
  <TextField label={text.scope} name="scope" hint={text.scopeHint} value={value} onChange={onChange} />
)

export function AddRole({ onClose }: DialogProps): JSX.Element {
  const [name, setName] = useState('')
  const [scope, setScope] = useState('')
  const changed = useChanged()
  const act = async (): Promise<void> => {
    await requireNew(name.trim())
    await setRole(name.trim(), words(scope))
    await changed()
    say(text.added(name.trim()))
  }
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={text.addTitle}
      effect={text.addEffect}
      verb={text.addVerb}
      act={act}
      fields={
        <>
          <TextField label={text.name} name="name" hint={text.nameHint} required value={name} onChange={setName} />
          <ScopeField value={scope} onChange={setScope} />
        </>
      }
    />
  )
}

export function ChangeRole({ role, onClose }: RoleDialogProps): JSX.Element {
  const [shown] = useState(role)
  const [scope, setScope] = useState(joined(shown.scope))
  const changed = useChanged()
  const act = async (): Promise<void> => {
    const { roles } = await listRoles()
    const now = roles.find(({ name }) => name === shown.name)?.scope ?? []
    const wanted = mergedList(shown.scope, words(scope), now)
    if (changedScopes(now, wanted).length === 0) return
    await setRole(shown.name, wanted)
    await changed()
    say(text.changed(shown.name))
  }
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={text.changeTitle(shown.name)}
      effect={<RoleEffect name={shown.name} changed={changedScopes(shown.scope, words(scope))} />}
      verb={text.changeVerb}
      act={act}
      fields={<ScopeField value={scope} onChange={setScope} />}
    />
  )
}

export function RemoveRole({ role, onClose }: RoleDialogProps): JSX.Element {
  const changed = useChanged()
  const act = async (): Promise<void> => {
    await removeRole(role.name)
    await changed()
    say(text.removed(role.name))
  }
  const effect =
    role.scope.length === 0 ? (
      text.removeEffect
    ) : (
      <RoleEffect name={role.name} changed={role.scope}>
        {text.removeEffect}
      </RoleEffect>
    )
  return (
    <ActionDialog
      open
      onClose={onClose}
      title={text.removeTitle(role.name)}
      effect={effect}
      verb={text.removeVerb}
      tone="danger"
      act={act}
    />
  )
}
