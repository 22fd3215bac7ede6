import { type KeyboardEvent, type MouseEvent, type ReactNode, useLayoutEffect, useRef } from 'react'
import { Link, useLocation } from 'wouter'
import { kit } from '../message/en/kit.ts'
import type { Column } from './column.ts'
import type { DataTableProps } from './data-table.tsx'
import { Icon } from './icon.tsx'
import { nextSort, orderOf } from './order.ts'
import { rowMove } from './row-key.ts'
import { isTyping } from './shortcut.ts'
import type { TableAddress } from './table-state.ts'

interface GridProps<Row> {
  readonly table: DataTableProps<Row>
  readonly rows: readonly Row[]
  readonly address: TableAddress
}

/** The table itself, in a region of its own that scrolls when it is too wide. j, k and arrows go from row to row, Enter opens one. */
export function TableGrid<Row>({ table, rows, address }: GridProps<Row>): ReactNode {
  const { keyOf, href, actions, caption } = table
  const columns = table.columns.filter(({ hidden }) => hidden !== true)
  const body = useRef<HTMLTableSectionElement>(null)
  const [, navigate] = useLocation()
  useFocusKept(body, rows)
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    const at = rowAt(body.current, document.activeElement)
    const row = rows[at]
    if (event.key === 'Enter' && event.target === body.current?.rows[at] && row !== undefined && href !== undefined) {
      navigate(href(row))
      return
    }
    const to = rowMove(event.key, at, rows.length)
    if (to === undefined) return
    event.preventDefault()
    body.current?.rows[to]?.focus()
  }
  const onClick = (event: MouseEvent, row: Row): void => {
    if (href !== undefined && isPlainClick(event)) navigate(href(row))
  }
  return (
    <section className="scroll" aria-label={caption} tabIndex={0} onKeyDown={onKey}>
      <table>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.id} column={column} sort={address.state.sort} onSort={address.sort} />
            ))}
            {(href !== undefined || actions !== undefined) && (
              <th scope="col">
                <span className="unseen">{kit.actions}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row) => (
            <tr
              key={keyOf(row)}
              tabIndex={-1}
              className={href === undefined ? undefined : 'leads'}
              onClick={(event) => onClick(event, row)}
            >
              {columns.map((column) => (
                <td key={column.id} className={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
              {(href !== undefined || actions !== undefined) && (
                <td className="n">
                  <span className="row-actions">
                    {actions?.(row)}
                    {href !== undefined && (
                      <Link href={href(row)} className="open" aria-label={kit.open(columns[0]?.text(row) ?? keyOf(row))}>
                        <Icon name="open" />
                      </Link>
                    )}
                  </span>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

interface HeadingProps<Row> {
  readonly column: Column<Row>
  readonly sort: string | undefined
  readonly onSort: (sort: string | undefined) => void
}

function Heading<Row>({ column, sort, onSort }: HeadingProps<Row>): ReactNode {
  if (column.title === '') return <th scope="col" className={classOf(column)} />
  const order = orderOf(sort)
  const isOrdered = order?.column === column.id
  const direction = order?.isDescending === true ? 'descending' : 'ascending'
  return (
    <th scope="col" className={classOf(column)} aria-sort={isOrdered ? direction : undefined}>
      <button type="button" className="order" title={kit.orderBy(column.title)} onClick={() => onSort(nextSort(sort, column.id))}>
        {column.title}
        <span className={isOrdered ? 'arrow' : 'arrow idle'}>
          <Icon name={isOrdered && direction === 'descending' ? 'down' : 'up'} />
        </span>
      </button>
    </th>
  )
}

const classOf = ({ numeric, wide }: Pick<Column<unknown>, 'numeric' | 'wide'>): string | undefined =>
  [numeric === true ? 'n' : '', wide === true ? 'wide' : ''].filter(Boolean).join(' ') || undefined

const rowAt = (body: HTMLTableSectionElement | null, element: Element | null): number =>
  [...(body?.rows ?? [])].findIndex((row) => row.contains(element))

/** On nothing that does something itself, and not the end of marking a text. */
const isPlainClick = (event: MouseEvent): boolean =>
  event.target instanceof Element &&
  event.target.closest('a, button, input, select, label, summary, dialog, [popover]') === null &&
  event.currentTarget.contains(event.target) &&
  !(event.ctrlKey || event.metaKey || event.shiftKey) &&
  getSelection()?.isCollapsed !== false

/**
 * When the row that has the focus goes, because what somebody did there has ended it, the one in its place has the focus. Whoever has left the
 * rows for the text of the page is not brought back to them when they are loaded again.
 */
function useFocusKept(body: { readonly current: HTMLTableSectionElement | null }, rows: readonly unknown[]): void {
  const last = useRef<{ readonly row: number; readonly element: Element }>(undefined)
  useLayoutEffect(() => {
    const { activeElement } = document
    const isLost = last.current?.element.isConnected === false && (activeElement === null || activeElement === document.body)
    if (isLost) body.current?.rows[Math.min(last.current?.row ?? 0, rows.length - 1)]?.focus({ preventScroll: true })
    const remember = ({ target }: Event): void => {
      const row = target instanceof Element ? rowAt(body.current, target) : -1
      last.current = target instanceof Element && row !== -1 ? { row, element: target } : undefined
    }
    document.addEventListener('focusin', remember)
    return () => document.removeEventListener('focusin', remember)
  }, [body, rows])
}
