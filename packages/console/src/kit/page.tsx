import { type ReactNode, useEffect, useRef } from 'react'
import { usePathname } from 'wouter/use-browser-location'
import { titleOf, takesFocus } from './page-title.ts'

interface PageProps {
  readonly title: string
  readonly lead?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A page of the console. Its heading takes the focus when somebody comes from another one, so that a screen reader says where they are. */
export function Page({ title, lead, actions, children }: PageProps): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null)
  const path = usePathname()
  useEffect(() => {
    document.title = titleOf(title)
  }, [title])
  useEffect(() => {
    if (!takesFocus(path, document.activeElement === document.body)) return
    heading.current?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }, [path])
  return (
    <>
      <header className="page">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead !== undefined && <div className="soft small lead">{lead}</div>}
        </div>
        {actions !== undefined && <div className="buttons">{actions}</div>}
      </header>
      {children}
    </>
  )
}
