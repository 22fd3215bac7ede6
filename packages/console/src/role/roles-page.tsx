import type { JSX } from 'react'
import { useLocation } from 'wouter'
import { useList } from '../api/query.ts'
import { listRoles, type Role } from '../api/role.ts'
import { Badge, Button, type Column, DataTable, type Filter, Menu, Moment, Page, useAsking } from '../kit/index.ts'
import { roleText as text } from '../message/en/role.ts'
import { ReservedCard } from './reserved-card.tsx'
import { AddRole, ChangeRole, RemoveRole } from './role-dialogs.tsx'
import { sourceName } from './role.ts'

const CONFIGURED = 'configuration'

type Wish = { readonly verb: 'add' } | { readonly verb: 'change' | 'remove'; readonly role: Role }

const columns: readonly Column<Role>[] = [
  { id: 'name', title: text.columns.name, cell: ({ name }) => <Badge>{name}</Badge>, text: ({ name }) => name },
  {
    id: 'scope',
    title: text.columns.scope,
    wide: true,
    cell: ({ scope }) =>
      scope.length === 0 ? <span className="soft">{text.nothing}</span> : <span className="mono">{scope.join(' ')}</span>,
    text: ({ scope }) => scope.join(' '),
  },
  {
    id: 'source',
    title: text.columns.source,
    wide: true,
    cell: ({ source }) => (
      <>
        {sourceName(source)}
        {source === CONFIGURED ? <span className="soft small block">{text.byRestart}</span> : null}
      </>
    ),
    text: ({ source }) => sourceName(source),
  },
  {
    id: 'changed',
    title: text.columns.changed,
    cell: (role) => <Moment at={role.changed_at ?? undefined} never={text.never} />,
    text: (role) => role.changed_at ?? '',
  },
]

const filters: readonly Filter<Role>[] = [
  {
    id: 'source',
    title: text.source,
    options: Object.entries(text.sources).map(([value, title]) => ({ value, title })),
    matches: ({ source }, value) => source === value,
  },
]

/** What each role brings, and the scopes that none brings any more. */
export function RolesPage(): JSX.Element {
  const { data, error, refetch } = useList(['roles'], listRoles)
  const asking = useAsking<Wish>()
  const [, navigate] = useLocation()
  const { ask } = asking
  const itemsOf = (role: Role) => [
    { title: text.people, onSelect: () => navigate(`/console/users?${new URLSearchParams({ role: role.name })}`) },
    ...(role.source === CONFIGURED
      ? []
      : [
          { title: text.change, onSelect: () => ask({ verb: 'change', role }) },
          { title: text.remove, tone: 'danger' as const, onSelect: () => ask({ verb: 'remove', role }) },
        ]),
  ]
  return (
    <Page title={text.title} lead={text.lead} actions={<Button onClick={() => ask({ verb: 'add' })}>{text.set}</Button>}>
      <DataTable
        id="roles"
        caption={text.caption}
        columns={columns}
        rows={data?.roles}
        keyOf={({ name }) => name}
        filters={filters}
        searchable
        empty={text.empty}
        error={error}
        retry={refetch}
        actions={(role) => <Menu label={text.menu} aria-label={text.menuOf(role.name)} items={itemsOf(role)} />}
      />
      {data === undefined ? null : <ReservedCard scopes={data.reserved} />}
      {asking.isOpen ? <RoleDialog wish={asking.asked} onClose={asking.close} /> : null}
    </Page>
  )
}

interface RoleDialogProps {
  readonly wish: Wish | undefined
  readonly onClose: () => void
}

function RoleDialog({ wish, onClose }: RoleDialogProps): JSX.Element | null {
  switch (wish?.verb) {
    case undefined:
      return null
    case 'add':
      return <AddRole onClose={onClose} />
    case 'change':
      return <ChangeRole role={wish.role} onClose={onClose} />
    case 'remove':
      return <RemoveRole role={wish.role} onClose={onClose} />
  }
}
