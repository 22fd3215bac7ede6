import type { JSX } from 'react'
import { useInvalidate, useList } from '../api/query.ts'
import { endSession, endSessionsOf, type Session, sessionsOf } from '../api/session.ts'
import type { User } from '../api/user.ts'
import { Button, Card, DataTable, say } from '../kit/index.ts'
import { session as sessionWords } from '../message/en/session.ts'
import { user as words } from '../message/en/user.ts'
import { sessionColumns } from '../session/columns.tsx'
import { deviceTitle } from '../session/device.ts'
import { useConfirm } from '../session/confirm.tsx'
import { Effect } from './effect.tsx'

/** Where somebody is signed in: one can be ended, or all. */
export function UserSessions({ user }: { readonly user: User }): JSX.Element {
  const invalidate = useInvalidate()
  const [ask, dialog] = useConfirm()
  const { data: sessions, error, refetch } = useList(['user', user.id, 'sessions'], (signal) => sessionsOf(user.id, signal))
  const all = sessions?.length ?? 0

  const told = async (ended: number): Promise<void> => {
    await Promise.all([invalidate(['user', user.id, 'sessions']), invalidate(['sessions'])])
    say(sessionWords.ended(ended))
  }
  const endOne = ({ id, current }: Session): void =>
    ask({
      title: sessionWords.endTitle(1),
      effect: <Effect text={sessionWords.endEffect(1, 1)} own={current ? sessionWords.endsOwn : undefined} />,
      verb: sessionWords.end,
      tone: 'danger',
      act: async () => {
        await endSession(id)
        await told(1)
      },
    })
  const endAll = (): void =>
    ask({
      title: words.endAllTitle(all),
      effect: (
        <Effect text={words.endAllEffect(all)} own={sessions?.some(({ current }) => current) === true ? sessionWords.endsOwn : undefined} />
      ),
      verb: words.endAllVerb(all),
      tone: 'danger',
      act: async () => told((await endSessionsOf(user.id)).length),
    })

  const aside =
    all === 0 ? undefined : (
      <Button compact tone="danger" onClick={endAll}>
        {words.endAll}
      </Button>
    )
  return (
    <>
      <Card title={words.sessions} aside={aside}>
        <DataTable
          id="sessions"
          caption={words.sessionsCaption}
          columns={sessionColumns}
          rows={sessions}
          keyOf={({ id }) => id}
          error={error}
          retry={refetch}
          empty={{ title: words.noSessions, text: words.noSessionsText }}
          actions={(session) => (
            <Button
              compact
              tone="quiet"
              aria-label={sessionWords.endNamed(deviceTitle(session.device), user.email)}
              onClick={() => endOne(session)}
            >
              {sessionWords.end}
            </Button>
          )}
        />
      </Card>
      {dialog}
    </>
  )
}
