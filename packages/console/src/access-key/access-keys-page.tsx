import type { JSX } from 'react'
import { type AccessKey, listAccessKeys } from '../api/access-key.ts'
import { usePages } from '../api/query.ts'
import type { Service } from '../api/service.ts'
import { keyItems } from '../caller-key/key-action.tsx'
import { keyColumns, ownerFilter, stateFilter } from '../caller-key/key-columns.tsx'
import { ownerQuery } from '../caller-key/owner-query.ts'
import { useServices } from '../caller-key/use-services.ts'
import { Button, type Column, DataTable, type Filter, Menu, Page, useAsking, useTableState } from '../kit/index.ts'
import { accessKeyText as text } from '../message/en/access-key.ts'
import { callerKeyText } from '../message/en/caller-key.ts'
import { AccessKeyDialogs, type AccessKeyWish } from './access-key-dialogs.tsx'
import { kindOf, kindTitle } from './access-key-kind.ts'
import { DeviceKeys } from './device-keys.tsx'

function columnsOf(services: readonly Service[] | undefined): readonly Column<AccessKey>[] {
  const { name, id, owner, scope, state, created, expires } = keyColumns(services)
  const kind: Column<AccessKey> = { id: 'kind', title: text.kind, cell: kindTitle, text: kindTitle }
  return [name, id, owner, kind, scope, state, created, expires]
}

const kindFilter: Filter<AccessKey> = {
  id: 'kind',
  title: text.kind,
  options: Object.entries(text.kinds).map(([value, title]) => ({ value, title })),
  matches: (key, value) => kindOf(key) === value,
}

/** All access keys, of everyone or of one owner. */
export function AccessKeysPage(): JSX.Element {
  const chosen = useTableState('access-keys').filter['owner']
  const owner = ownerQuery(chosen)
  const services = useServices()
  const asking = useAsking<AccessKeyWish>()
  const { rows, error, more, refetch } = usePages(['access-keys', 'list', chosen ?? ''], (after, signal) =>
    listAccessKeys(owner, after, signal),
  )
  return (
    <Page title={text.title} lead={text.lead} actions={<Button onClick={() => asking.ask({ verb: 'create' })}>{text.make}</Button>}>
      <DataTable
        id="access-keys"
        caption={text.caption}
        columns={columnsOf(services)}
        rows={rows}
        keyOf={({ id }) => id}
        href={({ id }) => `/console/access-keys/${id}`}
        searchable
        filters={[ownerFilter(services, chosen), kindFilter, stateFilter]}
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
      {owner.service === undefined && <DeviceKeys of={owner} />}
      <AccessKeyDialogs asking={asking} />
    </Page>
  )
}
