import { type ReactNode, useEffect, useState } from 'react'
import { Link } from 'wouter'
import { usePathname, useSearch } from 'wouter/use-browser-location'
import { useRoutePath } from './place.ts'
import { hostedPage } from './api/base.ts'
import { getMe } from './api/me.ts'
import { useList } from './api/query.ts'
import { KeyboardButton } from './keyboard.tsx'
import { brandName } from './kit/page-title.ts'
import { Icon } from './kit/icon.tsx'
import { LiveRegion } from './kit/live-region.tsx'
import { shell } from './message/en/shell.ts'
import { isCurrent, navigation } from './route.ts'
import { views } from './view.tsx'

const sections = navigation((path) => views[path] !== undefined)

/** What stands around every page: the way to the others, and who is signed in. */
export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <div className="shell">
      <Skip />
      <Navigation />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <LiveRegion />
    </div>
  )
}

/** Addresses of this document stand below its base, so a bare `#main` would lead elsewhere. */
function Skip(): ReactNode {
  // The address that it leads to moves with the page.
  const [path, search] = [usePathname(), useSearch()]
  return (
    <a
      className="skip"
      href={`${path}${search}#main`}
      onClick={(event) => {
        event.preventDefault()
        document.getElementById('main')?.focus()
      }}
    >
      {shell.skip}
    </a>
  )
}

function Navigation(): ReactNode {
  const place = useRoutePath()
  const [isOpen, setOpen] = useState(false)
  // Whoever has chosen is done with the menu.
  useEffect(() => setOpen(false), [place])
  return (
    <nav
      className={isOpen ? 'side is-open' : 'side'}
      aria-label={shell.console}
      onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}
    >
      <div className="head">
        <Link className="mark" href="/console">
          <Mark />
          {brandName()}
        </Link>
        <button
          type="button"
          className="button quiet compact fold"
          aria-expanded={isOpen}
          aria-controls="navigation"
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name={isOpen ? 'close' : 'menu'} />
          {shell.menu}
        </button>
      </div>
      <div id="navigation" className="entries">
        {sections.map(({ group, entries }) => (
          <div key={group ?? ''} role="group" aria-label={group === undefined ? undefined : shell.groups[group]}>
            {group !== undefined && <p aria-hidden="true">{shell.groups[group]}</p>}
            <ul>
              {entries.map(({ path, title }) => (
                <li key={path}>
                  <Link className="link" href={path} aria-current={isCurrent(path, place) ? 'page' : undefined}>
                    {title}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
        <Who />
      </div>
    </nav>
  )
}

function Who(): ReactNode {
  const { data } = useList(['me'], getMe)
  return (
    <div className="who small">
      <p>
        <span className="unseen">{shell.signedInAs} </span>
        <a href={hostedPage('/account')}>{data?.email ?? shell.account}</a>
      </p>
      <p>
        <a href={hostedPage('/sign-out')}>{shell.signOut}</a>
      </p>
      <KeyboardButton />
    </div>
  )
}

const Mark = (): ReactNode => (
  <svg viewBox="0 0 28 28" fill="none" aria-hidden="true">
    <rect width="28" height="28" rx="8" fill="var(--accent)" />
    <path
      d="M7 16.5c2.2-5.6 4.3-8.4 6-8.4 2.8 0-1.8 11 1 11 1.6 0 2.3-3.4 3.6-3.4 1 0 .9 2.2 3.4 2.2"
      stroke="var(--accent-ink)"
      strokeWidth="2"
      strokeLinecap="round"
    />
  </svg>
)
