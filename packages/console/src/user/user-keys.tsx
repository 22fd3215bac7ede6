import type { JSX } from 'react'
import { listAccessKeys } from '../api/access-key.ts'
import { listApiKeys } from '../api/api-key.ts'
import type { CallerKey } from '../api/caller-key.ts'
import { useList } from '../api/query.ts'
import type { User } from '../api/user.ts'
import { Card, type Column, DataTable, Id, Moment } from '../kit/index.ts'
import { users, user as words } from '../message/en/user.ts'

interface OwnKey {
  readonly kind: 'api' | 'access'
  readonly key: CallerKey
}

const kinds = { api: words.apiKey, access: words.accessKey }
const folders = { api: '/console/api-keys', access: '/console/access-keys' }

const columns: readonly Column<OwnKey>[] = [
  { id: 'name', title: users.name, wide: true, cell: ({ key }) => key.name, text: ({ key }) => key.name },
  { id: 'kind', title: words.kind, cell: ({ kind }) => kinds[kind], text: ({ kind }) => kinds[kind] },
  { id: 'status', title: users.status, cell: ({ key }) => key.status, text: ({ key }) => key.status },
  {
    id: 'created',
    title: users.created,
    cell: ({ key }) => <Moment at={key.created_at} />,
    text: ({ key }) => key.created_at,
    order: ({ key }) => Date.parse(key.created_at),
  },
  {
    id: 'expires',
    title: words.expires,
    cell: ({ key }) => <Moment at={key.expires_at ?? undefined} never={words.noEnd} />,
    text: ({ key }) => key.expires_at ?? '',
  },
  { id: 'id', title: words.key, cell: ({ key }) => <Id value={key.id} />, text: ({ key }) => key.id },
]

/** Nobody has more keys than one page of each holds. */
async function keysOf(user: string, signal: AbortSignal): Promise<readonly OwnKey[]> {
  const [apiKeys, accessKeys] = await Promise.all([listApiKeys({ user }, undefined, signal), listAccessKeys({ user }, undefined, signal)])
  return [
    ...apiKeys.items.map((key) => ({ kind: 'api' as const, key })),
    ...accessKeys.items.map((key) => ({ kind: 'access' as const, key })),
  ]
}

/** What acts for somebody without a sign-in. */
export function UserKeys({ user }: { readonly user: User }): JSX.Element {
  const { data: keys, error, refetch } = useList(['user', user.id, 'keys'], (signal) => keysOf(user.id, signal))
  return (
    <Card title={words.keys}>
      <DataTable
        id="keys"
        caption={words.keysCaption}
        columns={columns}
        rows={keys}
        keyOf={({ key }) => key.id}
        href={({ kind, key }) => `${folders[kind]}/${encodeURIComponent(key.id)}`}
        error={error}
        retry={refetch}
        empty={{ title: words.noKeys, text: words.noKeysText, command: `countersign api-keys create --name deploy --user ${user.id}` }}
      />
    </Card>
  )
}
