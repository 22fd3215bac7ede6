import { type JSX, useState } from 'react'
import { useList } from '../api/query.ts'
import { listSigningKeys, type SigningKey } from '../api/signing-key.ts'
import { Badge, Button, Card, type Column, DataTable, Facts, type Filter, Id, Moment, Page } from '../kit/index.ts'
import { signingKeys as text } from '../message/en/signing-key.ts'
import { KEYS, RevokeDialog, RotateDialog } from './key-action.tsx'
import { purposeName, ringOrder, stateName, stateTone } from './ring.ts'
import { SecretCard } from './secret-card.tsx'

const columns: readonly Column<SigningKey>[] = [
  { id: 'kid', title: text.columns.kid, cell: ({ kid }) => <Id value={kid} />, text: ({ kid }) => kid },
  {
    id: 'purpose',
    title: text.columns.purpose,
    cell: ({ purpose, algorithm }) => (
      <>
        {purposeName(purpose)}
        <span className="soft small block">{algorithm}</span>
      </>
    ),
    text: ({ purpose, algorithm }) => `${purposeName(purpose)}, ${algorithm}`,
  },
  {
    id: 'state',
    title: text.columns.state,
    cell: ({ state }) => <Badge tone={stateTone(state)}>{stateName(state)}</Badge>,
    text: ({ state }) => stateName(state),
  },
  {
    id: 'activated',
    title: text.columns.activated,
    cell: (key) => <Moment at={key.activated_at ?? undefined} never={text.notYet} />,
    text: (key) => key.activated_at ?? '',
  },
  {
    id: 'until',
    title: text.columns.until,
    cell: (key) => <Moment at={key.verify_until ?? undefined} never={text.open} />,
    text: (key) => key.verify_until ?? '',
  },
  { id: 'created', title: text.columns.created, cell: (key) => <Moment at={key.created_at} />, text: (key) => key.created_at },
]

const optionsOf = (names: Readonly<Record<string, string>>): Filter<SigningKey>['options'] =>
  Object.entries(names).map(([value, title]) => ({ value, title }))

const filters: readonly Filter<SigningKey>[] = [
  { id: 'purpose', title: text.filters.purpose, options: optionsOf(text.purposes), matches: ({ purpose }, value) => purpose === value },
  { id: 'state', title: text.filters.state, options: optionsOf(text.states), matches: ({ state }, value) => state === value },
]

/** The ring of keys, what each state does, and the master secret under which they rest. */
export function SigningKeysPage(): JSX.Element {
  const { data, error, refetch } = useList(KEYS, listSigningKeys)
  const [isRotating, setRotating] = useState(false)
  const [revoking, setRevoking] = useState<SigningKey>()
  const keys = data === undefined ? undefined : ringOrder(data)
  return (
    <Page
      title={text.title}
      lead={text.lead}
      actions={
        <Button tone="quiet" onClick={() => setRotating(true)}>
          {text.rotate}
        </Button>
      }
    >
      <DataTable
        id="signing-keys"
        caption={text.caption}
        columns={columns}
        rows={keys}
        keyOf={({ kid }) => kid}
        filters={filters}
        searchable
        empty={text.empty}
        error={error}
        retry={refetch}
        actions={(key) =>
          key.state === 'revoked' ? null : (
            <Button tone="danger" compact aria-label={text.revokeOf(key.kid)} onClick={() => setRevoking(key)}>
              {text.revoke}
            </Button>
          )
        }
      />
      <Card title={text.meaningTitle}>
        <Facts items={Object.entries(text.meanings).map(([state, meaning]) => [stateName(state), meaning] as const)} />
      </Card>
      <SecretCard />
      <RotateDialog keys={keys ?? []} open={isRotating} onClose={() => setRotating(false)} />
      <RevokeDialog signingKey={revoking} onClose={() => setRevoking(undefined)} />
    </Page>
  )
}
