import { type JSX, useState } from 'react'
import { useInvalidate, useList } from '../api/query.ts'
import { changeUser, findUser, roleNames, type User } from '../api/user.ts'
import { ActionDialog, CheckField, say, TextField } from '../kit/index.ts'
import { users, user as words } from '../message/en/user.ts'
import { Effect } from './effect.tsx'
import { allLabels, membershipChange, readLabels } from './label.ts'

interface RolesDialogProps {
  readonly user: User
  readonly isOwn: boolean
  readonly onClose: () => void
}

/** Roles that are known can be ticked; any other may be typed. */
export function RolesDialog({ user, isOwn, onClose }: RolesDialogProps): JSX.Element {
  const invalidate = useInvalidate()
  const { data: known = [] } = useList(['role-names'], roleNames)
  const [chosen, setChosen] = useState(user.roles)
  const [others, setOthers] = useState('')
  const [groups, setGroups] = useState(user.groups.join(' '))

  const act = async (): Promise<void> => {
    const wanted = { roles: [...chosen, ...readLabels(others)], groups: readLabels(groups) }
    const change = membershipChange(user, wanted, await findUser(user.id))
    if (Object.keys(change).length === 0) return
    const changed = await changeUser(user.id, change)
    await Promise.all([invalidate(['user', user.id]), invalidate(['users'])])
    say(words.rolesChanged(changed.roles, changed.groups))
  }

  const fields = (
    <>
      <fieldset>
        <legend>{words.rolesKnown}</legend>
        {allLabels(['admin'], known, user.roles).map((role) => (
          <CheckField
            key={role}
            label={role}
            name={`role-${role}`}
            checked={chosen.includes(role)}
            onChange={(isChosen) => setChosen(isChosen ? [...chosen, role] : chosen.filter((each) => each !== role))}
          />
        ))}
      </fieldset>
      <TextField label={words.moreRoles} name="roles" hint={words.moreRolesHint} value={others} onChange={setOthers} />
      <TextField label={users.groups} name="groups" hint={words.groupsHint} value={groups} onChange={setGroups} />
    </>
  )
  const effect = <Effect text={words.rolesEffect(user.email)} own={isOwn ? words.ownRoles : undefined} />
  return <ActionDialog open onClose={onClose} title={words.rolesTitle} effect={effect} verb={words.rolesVerb} act={act} fields={fields} />
}
