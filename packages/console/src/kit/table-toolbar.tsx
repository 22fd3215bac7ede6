import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { kit } from '../message/en/kit.ts'
import { type Cancel, clock } from './clock.ts'
import type { Filter } from './column.ts'
import { Menu } from './menu.tsx'
import { hasShortcuts, isTyping } from './shortcut.ts'
import type { TableAddress } from './table-state.ts'

const PAUSE_MS = 200

interface ToolbarProps<Row> {
  readonly address: TableAddress
  readonly filters: readonly Filter<Row>[]
  readonly isSearchable: boolean
  readonly count: string
  readonly exports: readonly { readonly title: string; readonly onSelect: () => void }[]
}

export function TableToolbar<Row>({ address, filters, isSearchable, count, exports }: ToolbarProps<Row>): ReactNode {
  return (
    <div className="toolbar">
      {isSearchable && <SearchField value={address.state.search} onChange={(text) => address.set('search', text)} />}
      {filters.map((filter) => (
        <FilterField
          key={filter.id}
          filter={filter}
          value={address.state.filter[filter.id] ?? ''}
          onChange={(value) => address.set(filter.id, value)}
        />
      ))}
      <span className="soft small count">{count}</span>
      <Menu label={kit.export} items={exports} />
    </div>
  )
}

interface ControlProps {
  readonly value: string
  readonly onChange: (value: string) => void
}

/** The address follows when somebody stops typing. */
function SearchField({ value, onChange }: ControlProps): ReactNode {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const pending = useRef<Cancel>(undefined)
  const sent = useRef(value)
  const [text, setText] = useState(value)
  // Somebody went back, or cleared it.
  useEffect(() => {
    if (value === sent.current) return
    pending.current?.()
    sent.current = value
    setText(value)
  }, [value])
  useEffect(() => () => pending.current?.(), [])
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isBare = !event.ctrlKey && !event.metaKey && !event.altKey
      if (event.key !== '/' || !isBare || !hasShortcuts() || isTyping(event.target) || document.querySelector('dialog[open]') !== null)
        return
      event.preventDefault()
      input.current?.focus()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  const type = (next: string): void => {
    setText(next)
    pending.current?.()
    pending.current = clock.after(PAUSE_MS, () => {
      sent.current = next.trim()
      onChange(sent.current)
    })
  }
  return (
    <div className="control search">
      <label htmlFor={id}>{kit.search}</label>
      <input
        ref={input}
        id={id}
        type="search"
        value={text}
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="search"
        aria-keyshortcuts="/"
        title={kit.searchHint}
        onChange={(event) => type(event.target.value)}
      />
    </div>
  )
}

function FilterField<Row>({ filter, value, onChange }: ControlProps & { readonly filter: Filter<Row> }): ReactNode {
  const id = useId()
  return (
    <div className="control">
      <label htmlFor={id}>{filter.title}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{kit.any}</option>
        {filter.options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.title}
          </option>
        ))}
      </select>
    </div>
  )
}
