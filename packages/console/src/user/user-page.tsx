import { type JSX, useState } from 'react'
import { useParams } from 'wouter'
import { getMe } from '../api/me.ts'
import { useList } from '../api/query.ts'
import { findUser, type User } from '../api/user.ts'
import { Notice, Page, ProblemNotice, Skeleton } from '../kit/index.ts'
import { user as words } from '../message/en/user.ts'
import { arrivedWithoutMail } from './arrival.ts'
import { StatusBadge } from './status-badge.tsx'
import { UserAccount } from './user-account.tsx'
import { UserElevations } from './user-elevations.tsx'
import { UserFactors } from './user-factors.tsx'
import { UserKeys } from './user-keys.tsx'
import { UserSessions } from './user-sessions.tsx'

export function UserPage(): JSX.Element {
  const { id } = useParams<{ id: string }>()
  const { data: user, error, refetch } = useList(['user', id, 'account'], (signal) => findUser(id, signal))
  if (user !== undefined) return <KnownUser user={user} />
  return <Page title={words.loading}>{error === undefined ? <Skeleton lines={8} /> : <ProblemNotice error={error} retry={refetch} />}</Page>
}

function KnownUser({ user }: { readonly user: User }): JSX.Element {
  const { data: own } = useList(['me'], getMe)
  const [isMailMissing] = useState(() => arrivedWithoutMail(history.state))
  return (
    <Page title={user.email} lead={<StatusBadge user={user} />}>
      {isMailMissing ? (
        <Notice tone="warning" title={words.notMailedTitle}>
          {words.notMailed}
        </Notice>
      ) : null}
      <UserAccount user={user} isOwn={own?.id === user.id} />
      <UserSessions user={user} />
      <UserFactors user={user} />
      <UserElevations user={user} />
      <UserKeys user={user} />
    </Page>
  )
}
