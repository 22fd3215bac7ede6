import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { Icon } from './icon.tsx'
import { menuMove } from './menu-key.ts'

interface MenuProps {
  readonly label: string
  /** The label and what it is about, where several have the same: "Actions for deploy". */
  readonly 'aria-label'?: string | undefined
  readonly items: readonly { readonly title: string; readonly tone?: 'danger' | undefined; readonly onSelect: () => void }[]
}

/** A button with a menu below it. */
export function Menu({ label, items, 'aria-label': name }: MenuProps): ReactNode {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const [isOpen, setOpen] = useState(false)
  const focusItem = (index: number): void => list.current?.querySelectorAll<HTMLElement>('[role=menuitem]')[index]?.focus()
  const open = (index: number): void => {
    const { current } = list
    if (current === null || button.current === null || items.length === 0) return
    current.showPopover()
    placeBelow(current, button.current)
    focusItem(index)
  }
  const close = (): void => {
    list.current?.hidePopover()
    button.current?.focus()
  }
  // What is placed by hand does not follow the page.
  useEffect(() => {
    if (!isOpen) return
    const hide = (event: Event): void => {
      if (event.target !== list.current) list.current?.hidePopover()
    }
    addEventListener('scroll', hide, true)
    addEventListener('resize', hide)
    return () => {
      removeEventListener('scroll', hide, true)
      removeEventListener('resize', hide)
    }
  }, [isOpen])
  const onItemKey = (event: KeyboardEvent, index: number): void => {
    event.stopPropagation()
    if (event.key === 'Escape' || event.key === 'Tab') {
      if (event.key === 'Escape') event.preventDefault()
      close()
      return
    }
    const to =
      event.ctrlKey || event.metaKey || event.altKey
        ? undefined
        : menuMove(
            event.key,
            index,
            items.map(({ title }) => title),
          )
    if (to === undefined) return
    event.preventDefault()
    focusItem(to)
  }
  return (
    <span className="menu-button">
      <button
        ref={button}
        type="button"
        className="button quiet compact"
        aria-haspopup="menu"
        aria-label={name}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => (isOpen ? close() : open(0))}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
          event.preventDefault()
          event.stopPropagation()
          open(event.key === 'ArrowDown' ? 0 : items.length - 1)
        }}
      >
        {label}
        <Icon name="down" />
      </button>
      <div
        ref={list}
        id={id}
        role="menu"
        aria-label={name ?? label}
        className="menu"
        popover="auto"
        onToggle={(event) => setOpen(event.newState === 'open')}
      >
        {items.map(({ title, tone, onSelect }, index) => (
          <button
            key={title}
            type="button"
            role="menuitem"
            tabIndex={-1}
            className={tone}
            onKeyDown={(event) => onItemKey(event, index)}
            onClick={() => {
              // The focus is back before anything opens that gives it back in turn.
              close()
              onSelect()
            }}
          >
            {title}
          </button>
        ))}
      </div>
    </span>
  )
}

const GAP = 4
const MARGIN = 8

/** Below its button, or above it where there is no room; never beyond the edge. */
function placeBelow(list: HTMLElement, button: HTMLElement): void {
  const near = button.getBoundingClientRect()
  const { width, height } = list.getBoundingClientRect()
  const below = near.bottom + GAP
  const top = below + height > innerHeight ? Math.max(MARGIN, near.top - GAP - height) : below
  list.style.top = `${top}px`
  list.style.left = `${Math.max(MARGIN, Math.min(near.right - width, innerWidth - width - MARGIN))}px`
}
