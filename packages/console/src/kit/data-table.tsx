import { type ReactNode, useEffect, useRef } from 'react'
import { kit } from '../message/en/kit.ts'
import { clock } from './clock.ts'
import type { Column, Filter, ServerSide } from './column.ts'
import { csvText } from './csv.ts'
import { download, fileName } from './download.ts'
import { Button } from './button.tsx'
import { Command } from './command.tsx'
import { isNarrowed, narrowed } from './narrow.ts'
import { jsonText } from './json-export.ts'
import { ProblemNotice } from './problem-notice.tsx'
import { say } from './say.ts'
import { Skeleton } from './skeleton.tsx'
import { TableGrid } from './table-grid.tsx'
import { TableToolbar } from './table-toolbar.tsx'
import { type TableAddress, useTableAddress } from './table-state.ts'

/** A search has been answered by then, or there is nothing to say of it yet. */
const SETTLED_MS = 700

interface Empty {
  readonly title: string
  readonly text: string
  /** The very command that makes the first one. */
  readonly command?: string | undefined
}

export interface DataTableProps<Row> {
  /** Names the exported file. */
  readonly id: string
  readonly columns: readonly Column<Row>[]
  /** undefined: they are being loaded. */
  readonly rows: readonly Row[] | undefined
  readonly keyOf: (row: Row) => string
  /** Where a row leads. */
  readonly href?: ((row: Row) => string) | undefined
  readonly filters?: readonly Filter<Row>[] | undefined
  readonly searchable?: boolean | undefined
  readonly server?: ServerSide | undefined
  readonly more?: { readonly has: boolean; readonly load: () => void; readonly busy: boolean } | undefined
  readonly empty: Empty
  readonly error?: unknown
  /** Loads it again, after an error. */
  readonly retry?: (() => void) | undefined
  readonly actions?: ((row: Row) => ReactNode) | undefined
  /** Says what the table holds; it is heard, not seen. */
  readonly caption: string
}

/**
 * A list: search, filters and order stand in the address; CSV and JSON hold what is shown. One table of a page can be searched or filtered.
 */
export function DataTable<Row>(table: DataTableProps<Row>): ReactNode {
  const { id, columns, rows, filters = [], searchable = false, server = {}, error, retry, empty, more } = table
  const address = useTableAddress(
    id,
    filters.map((filter) => filter.id),
    searchable || filters.length > 0,
  )
  const { state } = address
  const shown = rows === undefined ? undefined : narrowed(rows, { columns, filters, server }, state)
  const count = countText(rows?.length, shown?.length, more?.has === true)
  useSayCount(`${state.search}\n${JSON.stringify(state.filter)}`, count)
  const hasToolbar = searchable || filters.length > 0 || (rows !== undefined && rows.length > 0)
  return (
    <div className="data-table card">
      {hasToolbar && (
        <TableToolbar address={address} filters={filters} isSearchable={searchable} count={count} exports={exportsOf(table, shown ?? [])} />
      )}
      {error !== undefined && error !== null && <ProblemNotice error={error} retry={retry} />}
      {shown === undefined && (error === undefined || error === null) && <Skeleton lines={8} />}
      {shown !== undefined && shown.length > 0 && <TableGrid table={table} rows={shown} address={address} />}
      {shown?.length === 0 && <Nothing empty={empty} address={address} />}
      {more?.has === true && <More more={more} isPartial={hasOwnOrder(state.sort, searchable, server)} rows={rows?.length ?? 0} />}
    </div>
  )
}

/** Whether this page orders or searches what is only a part. */
const hasOwnOrder = (sort: string | undefined, isSearchable: boolean, { search }: ServerSide): boolean =>
  sort !== undefined || (isSearchable && search !== true)

function countText(all: number | undefined, shown: number | undefined, hasMore: boolean): string {
  if (all === undefined || shown === undefined) return ''
  const text = shown === all ? kit.rows(all) : kit.rowsOf(shown, all)
  return hasMore ? kit.loadedSoFar(text) : text
}

/** Who searches or filters hears how much there is, once it has settled; a list that lives is not read out. */
function useSayCount(asked: string, count: string): void {
  const before = useRef(asked)
  const latest = useRef(count)
  useEffect(() => {
    latest.current = count
  }, [count])
  useEffect(() => {
    if (before.current === asked) return
    before.current = asked
    return clock.after(SETTLED_MS, () => say(latest.current))
  }, [asked])
}

function exportsOf<Row>({ id, columns }: DataTableProps<Row>, rows: readonly Row[]): readonly { title: string; onSelect: () => void }[] {
  const save = (ending: string, type: string, text: string): void => {
    const name = fileName(id, clock.now(), ending)
    download(name, type, text)
    say(kit.exported(name))
  }
  const titled = columns.filter(({ title }) => title !== '')
  const cells = (): string[][] => rows.map((row) => titled.map((column) => column.text(row)))
  return [
    {
      title: kit.exportCsv(rows.length),
      onSelect: () =>
        save(
          'csv',
          'text/csv;charset=utf-8',
          csvText(
            titled.map(({ title }) => title),
            cells(),
          ),
        ),
    },
    { title: kit.exportJson(rows.length), onSelect: () => save('json', 'application/json', jsonText(titled, rows)) },
  ]
}

function Nothing({ empty, address }: { readonly empty: Empty; readonly address: TableAddress }): ReactNode {
  if (isNarrowed(address.state)) {
    return (
      <div className="empty stack">
        <p>
          <strong>{kit.noneMatch}</strong>
        </p>
        <p className="soft">{kit.noneMatchText}</p>
        <Button tone="quiet" compact onClick={address.clear}>
          {kit.clear}
        </Button>
      </div>
    )
  }
  return (
    <div className="empty stack">
      <p>
        <strong>{empty.title}</strong>
      </p>
      <p className="soft">{empty.text}</p>
      {empty.command !== undefined && <Command text={empty.command} />}
    </div>
  )
}

interface MoreProps {
  readonly more: NonNullable<DataTableProps<unknown>['more']>
  readonly isPartial: boolean
  readonly rows: number
}

function More({ more, isPartial, rows }: MoreProps): ReactNode {
  const before = useRef(rows)
  useEffect(() => {
    if (rows > before.current) say(kit.loaded(rows))
    before.current = rows
  }, [rows])
  return (
    <footer className="more">
      {isPartial && <span className="soft small">{kit.orderOfLoaded}</span>}
      <Button tone="quiet" compact busy={more.busy} onClick={more.load}>
        {more.busy ? kit.working : kit.loadMore}
      </Button>
    </footer>
  )
}
