import type { JSX } from 'react'
import type { OwnerQuery } from '../api/caller-key.ts'
import { type DeviceKey, listDeviceKeys, removeDeviceKey } from '../api/device-key.ts'
import { useInvalidate, usePages } from '../api/query.ts'
import { KeyAction } from '../caller-key/key-action.tsx'
import { listOrWord } from '../caller-key/key-facts.tsx'
import { Card, type Column, DataTable, Id, Menu, Moment, useAsking } from '../kit/index.ts'
import { callerKeyText } from '../message/en/caller-key.ts'
import { deviceKeyText as text } from '../message/en/device-key.ts'

const titles = callerKeyText.column

const rolesText = ({ roles }: DeviceKey): string => (roles === null ? callerKeyText.allRoles : roles.join(' '))

const columns: readonly Column<DeviceKey>[] = [
  {
    id: 'name',
    title: titles.name,
    cell: ({ name, id }) => (
      <>
        <div>{name}</div>
        <Id value={id} />
      </>
    ),
    text: ({ name }) => name,
  },
  { id: 'id', title: titles.id, cell: ({ id }) => id, text: ({ id }) => id, hidden: true },
  { id: 'owner', title: titles.owner, cell: ({ user }) => <Id value={user} href={`/console/users/${user}`} />, text: ({ user }) => user },
  {
    id: 'scope',
    title: titles.scope,
    cell: ({ scope }) => listOrWord(scope, callerKeyText.nothing),
    text: ({ scope }) => scope.join(' '),
    wide: true,
  },
  { id: 'roles', title: callerKeyText.fact.roles, cell: rolesText, text: rolesText },
  { id: 'created', title: titles.created, cell: (key) => <Moment at={key.created_at} />, text: (key) => key.created_at },
  {
    id: 'expires',
    title: titles.expires,
    cell: (key) => <Moment at={key.expires_at ?? undefined} never={callerKeyText.neverEnds} />,
    text: (key) => key.expires_at ?? '',
    order: (key) => key.expires_at ?? '~',
  },
]

/** The devices of everyone, or of one person: what they enrolled, and its end. */
export function DeviceKeys({ of: { user } }: { readonly of: Pick<OwnerQuery, 'user'> }): JSX.Element {
  const { asked, serial, isOpen, ask, close } = useAsking<DeviceKey>()
  const invalidate = useInvalidate()
  const { rows, error, more, refetch } = usePages(['device-keys', user ?? ''], (after, signal) => listDeviceKeys({ user }, after, signal))
  return (
    <Card title={text.title}>
      <DataTable
        id="devices"
        caption={text.caption}
        columns={columns}
        rows={rows}
        keyOf={({ id }) => id}
        more={more}
        error={error}
        retry={refetch}
        empty={text.empty}
        actions={(key) => (
          <Menu
            label={callerKeyText.actions}
            aria-label={callerKeyText.actionsFor(key.name)}
            items={[{ title: callerKeyText.remove, tone: 'danger', onSelect: () => ask(key) }]}
          />
        )}
      />
      {asked !== undefined && (
        <KeyAction
          key={serial}
          verb="remove"
          name={asked.name}
          effect={text.removeEffect}
          open={isOpen}
          onClose={close}
          act={async () => {
            await removeDeviceKey(asked.id)
            await invalidate(['device-keys'])
          }}
        />
      )}
    </Card>
  )
}
