import { type JSX, useState } from 'react'
import { useList, usePages } from '../api/query.ts'
import { roleNames, type User, users as loadUsers } from '../api/user.ts'
import { Badge, Button, type Column, DataTable, type Filter, Id, Moment, Page, useTableState } from '../kit/index.ts'
import { users as words } from '../message/en/user.ts'
import { CreateUserDialog } from './create-user-dialog.tsx'
import { userPath } from '../session/path.ts'
import { allLabels } from './label.ts'
import { Labels } from './labels.tsx'
import { StatusBadge } from './status-badge.tsx'
import { statusText } from './status.ts'

const TABLE = 'users'

const columns: readonly Column<User>[] = [
  {
    id: 'email',
    title: words.email,
    wide: true,
    cell: ({ email, email_verified: isVerified }) => (
      <>
        {email} {isVerified ? null : <Badge tone="warning">{words.unproven}</Badge>}
      </>
    ),
    text: ({ email }) => email,
    order: ({ email }) => email,
  },
  { id: 'name', title: words.name, cell: ({ name }) => name, text: ({ name }) => name ?? '', order: ({ name }) => name ?? '' },
  { id: 'status', title: words.status, cell: (user) => <StatusBadge user={user} />, text: statusText, order: ({ status }) => status },
  {
    id: 'roles',
    title: words.roles,
    cell: ({ roles }) => <Labels labels={roles} />,
    text: ({ roles }) => roles.join(' '),
    order: ({ roles }) => roles.join(' '),
  },
  { id: 'groups', title: words.groups, cell: ({ groups }) => groups.join(', '), text: ({ groups }) => groups.join(' ') },
  {
    id: 'created',
    title: words.created,
    cell: (user) => <Moment at={user.created_at} />,
    text: (user) => user.created_at,
    order: (user) => Date.parse(user.created_at),
  },
  { id: 'id', title: words.id, cell: ({ id }) => <Id value={id} />, text: ({ id }) => id, order: ({ id }) => id },
]

/** The server knows no filters: those of this list narrow what is loaded. */
function filtersOf(rows: readonly User[], known: readonly string[]): readonly Filter<User>[] {
  const roles = allLabels(
    known,
    rows.flatMap((user) => user.roles),
  )
  return [
    {
      id: 'status',
      title: words.status,
      options: Object.entries(words.statuses).map(([value, title]) => ({ value, title })),
      matches: ({ status }, value) => status === value,
    },
    {
      id: 'role',
      title: words.role,
      options: roles.map((role) => ({ value: role, title: role })),
      matches: (user, value) => user.roles.includes(value),
    },
  ]
}

export function UsersPage(): JSX.Element {
  const { search } = useTableState(TABLE)
  const [isCreating, setCreating] = useState(false)
  const { rows, error, more, refetch } = usePages(['users', search], (after, signal) => loadUsers(search, after, signal))
  const { data: known = [] } = useList(['role-names'], roleNames)
  return (
    <Page
      title={words.title}
      lead={words.lead}
      actions={
        <Button tone="accent" onClick={() => setCreating(true)}>
          {words.create}
        </Button>
      }
    >
      <DataTable
        id={TABLE}
        caption={words.caption}
        columns={columns}
        rows={rows}
        keyOf={({ id }) => id}
        href={({ id }) => userPath(id)}
        filters={filtersOf(rows ?? [], known)}
        searchable
        server={{ search: true }}
        more={more}
        error={error}
        retry={refetch}
        empty={{ title: words.emptyTitle, text: words.emptyText, command: words.emptyCommand }}
      />
      {isCreating ? <CreateUserDialog onClose={() => setCreating(false)} /> : null}
    </Page>
  )
}
