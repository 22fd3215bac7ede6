import type { JSX } from 'react'
import { type ApiKey, listApiKeys } from '../api/api-key.ts'
import { usePages } from '../api/query.ts'
import type { Service } from '../api/service.ts'
import { keyItems } from '../caller-key/key-action.tsx'
import { keyColumns, ownerFilter, stateFilter } from '../caller-key/key-columns.tsx'
import { ownerQuery } from '../caller-key/owner-query.ts'
import { useServices } from '../caller-key/use-services.ts'
import { Badge, Button, type Column, DataTable, type Filter, Menu, Moment, Page, useAsking, useTableState } from '../kit/index.ts'
import { apiKeyText as text } from '../message/en/api-key.ts'
import { callerKeyText } from '../message/en/caller-key.ts'
import { ApiKeyDialogs, type ApiKeyWish } from './api-key-dialogs.tsx'

const environments: Readonly<Record<string, string>> = text.environments

export const environmentTitle = (environment: string): string => environments[environment] ?? environment

function columnsOf(services: readonly Service[] | undefined): readonly Column<ApiKey>[] {
  const { name, id, owner, scope, state, created, expires } = keyColumns(services)
  const environment: Column<ApiKey> = {
    id: 'environment',
    title: text.environment,
    cell: (key) => environmentTitle(key.environment),
    text: (key) => environmentTitle(key.environment),
    hidden: true,
  }
  const marked: Column<ApiKey> = {
    ...name,
    cell: (key) => (
      <>
        {name.cell(key)}
        {key.environment !== 'live' && (
          <>
            {' '}
            <Badge tone="plain">{environmentTitle(key.environment)}</Badge>
          </>
        )}
      </>
    ),
  }
  const tagsOf = (key: ApiKey): string => key.tags.join(', ')
  const lastUsed: Column<ApiKey> = {
    id: 'last_used',
    title: text.lastUsed,
    cell: (key) => <Moment at={key.last_used_at ?? undefined} never={text.neverUsed} />,
    text: (key) => key.last_used_at ?? '',
  }
  const tags: Column<ApiKey> = { id: 'tags', title: text.tags, cell: tagsOf, text: tagsOf, hidden: true }
  return [marked, id, owner, environment, scope, tags, state, lastUsed, created, expires]
}

const environmentFilter: Filter<ApiKey> = {
  id: 'environment',
  title: text.environment,
  options: Object.entries(text.environments).map(([value, title]) => ({ value, title })),
  matches: (key, value) => key.environment === value,
}

/** All API keys, of everyone or of one owner. */
export function ApiKeysPage(): JSX.Element {
  const chosen = useTableState('api-keys').filter['owner']
  const services = useServices()
  const asking = useAsking<ApiKeyWish>()
  const { rows, error, more, refetch } = usePages(['api-keys', 'list', chosen ?? ''], (after, signal) =>
    listApiKeys(ownerQuery(chosen), after, signal),
  )
  return (
    <Page title={text.title} lead={text.lead} actions={<Button onClick={() => asking.ask({ verb: 'create' })}>{text.make}</Button>}>
      <DataTable
        id="api-keys"
        caption={text.caption}
        columns={columnsOf(services)}
        rows={rows}
        keyOf={({ id }) => id}
        href={({ id }) => `/console/api-keys/${id}`}
        searchable
        filters={[ownerFilter(services, chosen), environmentFilter, stateFilter]}
        server={{ filters: ['owner'] }}
        more={more}
        error={error}
        retry={refetch}
        empty={text.empty}
        actions={(key) => (
          <Menu
            label={callerKeyText.actions}
            aria-label={callerKeyText.actionsFor(key.name)}
            items={keyItems(key, (verb) => asking.ask({ verb, key }))}
          />
        )}
      />
      <ApiKeyDialogs asking={asking} />
    </Page>
  )
}
