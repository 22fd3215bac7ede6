import { type ReactNode, useEffect, useId, useLayoutEffect, useRef } from 'react'
import { LiveRegion } from './live-region.tsx'

export interface DialogProps {
  readonly title: string
  readonly open: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}

interface FrameProps extends Omit<DialogProps, 'open'> {
  /** Escape does nothing, and neither does the browser's own way back. */
  readonly isHeld?: boolean | undefined
}

/** Something that has to be answered first. The rest of the page cannot be reached; afterwards the focus is where it was. */
export const Dialog = ({ open, ...frame }: DialogProps): ReactNode => (open ? <DialogFrame {...frame} /> : null)

export function DialogFrame({ title, onClose, children, isHeld = false }: FrameProps): ReactNode {
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  // It is closed before it goes, as only then the browser gives the focus back.
  useLayoutEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    return () => shown?.close()
  }, [])
  useEffect(() => {
    const first = dialog.current?.querySelector<HTMLElement>('input, select, textarea') ?? dialog.current?.querySelector<HTMLElement>('h2')
    first?.focus()
    return () => {
      // What had asked for it may be gone with what it has ended: then reading goes on at the heading of the page.
      if (document.activeElement === document.body) document.querySelector('h1')?.focus({ preventScroll: true })
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={id}
      onKeyDown={(event) => {
        // Keys of the page behind are not for here.
        event.stopPropagation()
        if (isHeld && event.key === 'Escape') event.preventDefault()
      }}
      onCancel={(event) => {
        if (event.target !== dialog.current) return
        event.preventDefault()
        if (!isHeld) onClose()
      }}
      onClose={(event) => {
        if (event.target !== dialog.current) return
        // The browser closes one that has refused to once: what must be seen comes back.
        if (isHeld) dialog.current?.showModal()
        else onClose()
      }}
    >
      <h2 id={id} tabIndex={-1}>
        {title}
      </h2>
      {children}
      <LiveRegion />
    </dialog>
  )
}
