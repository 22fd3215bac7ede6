import { type ReactNode, useEffect } from 'react'
import { Link } from 'wouter'
import { getMe } from './api/me.ts'
import { useList } from './api/query.ts'
import { announceConfirmation } from './kit/confirmation.ts'
import { Button, Command, Page, shellWord } from './kit/index.ts'
import { shell } from './message/en/shell.ts'

/** Pages that show none of the console's things. */

export const NotFoundPage = (): ReactNode => (
  <Page title={shell.notFoundTitle}>
    <div className="stack">
      <p>{shell.notFound}</p>
      <p>
        <Link href="/console">{shell.toOverview}</Link>
      </p>
    </div>
  </Page>
)

/** For whoever is signed in, and is no operator. */
export function NotForYouPage(): ReactNode {
  const { data } = useList(['me'], getMe)
  return (
    <Page title={shell.refusedTitle}>
      <div className="stack">
        <p>{shell.refused}</p>
        <Command text={shell.command(shellWord(data?.email ?? shell.you))} />
        <p className="soft">{shell.refusedAfter}</p>
      </div>
    </Page>
  )
}

/** Where a tab ends that was opened to confirm who somebody is. */
export function ConfirmedPage(): ReactNode {
  useEffect(announceConfirmation, [])
  return (
    <Page title={shell.confirmedTitle}>
      <p>{shell.confirmed}</p>
    </Page>
  )
}

export const FailedPage = (): ReactNode => (
  <Page title={shell.failedTitle}>
    <div className="stack">
      <p>{shell.failed}</p>
      <Button onClick={() => location.reload()}>{shell.reload}</Button>
    </div>
  </Page>
)
