import { type JSX, useState } from 'react'
import { useInvalidate, usePages } from '../api/query.ts'
import { Problem } from '../api/request.ts'
import { allSessions, endSession, type ListedSession } from '../api/session.ts'
import { Button, type Column, DataTable, type Filter, Page, say, useTableState } from '../kit/index.ts'
import { session as words } from '../message/en/session.ts'
import { useConfirm } from './confirm.tsx'
import { sessionColumns } from './columns.tsx'
import { deviceTitle, methodOptions } from './device.ts'
import { endEach, ownLast } from './ending.ts'
import { userPath } from './path.ts'
import { EndingEffect } from './ending-effect.tsx'

const TABLE = 'sessions'

const columns: readonly Column<ListedSession>[] = [
  { id: 'person', title: words.person, cell: ({ email }) => email, text: ({ email }) => email },
  // There is no room for when each will end: that stands on the page of its person.
  ...sessionColumns.filter(({ id }) => id !== 'ends'),
]

const filtersOf = (rows: readonly ListedSession[]): readonly Filter<ListedSession>[] => [
  {
    id: 'method',
    title: words.signedInWith,
    options: methodOptions(rows.flatMap(({ methods }) => methods)),
    matches: ({ methods }, value) => methods.includes(value),
  },
]

const isGone = (error: unknown): boolean => error instanceof Problem && error.code === 'not_found'

/** Everybody who is signed in: one session can be ended, or several that were chosen. */
export function SessionsPage(): JSX.Element {
  const { search } = useTableState(TABLE)
  const invalidate = useInvalidate()
  const { rows, error, more, refetch } = usePages(['sessions', search], (after, signal) => allSessions(search, after, signal))
  const [ask, dialog] = useConfirm()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const living = (rows ?? []).filter(({ id }) => chosen.has(id))

  const choose = (id: string, isChosen: boolean): void => {
    const next = new Set(chosen)
    if (isChosen) next.add(id)
    else next.delete(id)
    setChosen(next)
  }
  const end = (sessions: readonly ListedSession[]): void =>
    ask({
      title: words.endTitle(sessions.length),
      effect: <EndingEffect sessions={sessions} />,
      verb: words.endChosen(sessions.length),
      tone: 'danger',
      act: async () => {
        try {
          const ids = ownLast(sessions).map(({ id }) => id)
          say(words.ended(await endEach(ids, endSession, isGone)))
        } finally {
          await Promise.all([invalidate(['sessions']), invalidate(['user'])])
        }
        setChosen(new Set())
      },
    })

  const actions =
    living.length === 0 ? undefined : (
      <>
        <Button tone="quiet" onClick={() => setChosen(new Set())}>
          {words.chooseNone}
        </Button>
        <Button tone="danger" onClick={() => end(living)}>
          {words.endChosen(living.length)}
        </Button>
      </>
    )
  return (
    <Page title={words.title} lead={words.lead} actions={actions}>
      <DataTable
        id={TABLE}
        caption={words.caption}
        columns={columns}
        rows={rows}
        keyOf={({ id }) => id}
        href={({ user }) => userPath(user)}
        filters={filtersOf(rows ?? [])}
        searchable
        server={{ search: true }}
        more={more}
        error={error}
        retry={refetch}
        empty={{ title: words.emptyTitle, text: words.emptyText, command: words.emptyCommand }}
        actions={(session) => (
          <>
            <label className="check">
              <span className="unseen">{words.choose(deviceTitle(session.device), session.email)}</span>
              <input type="checkbox" checked={chosen.has(session.id)} onChange={(event) => choose(session.id, event.target.checked)} />
            </label>
            <Button
              compact
              tone="danger"
              aria-label={words.endNamed(deviceTitle(session.device), session.email)}
              onClick={() => end([session])}
            >
              {words.end}
            </Button>
          </>
        )}
      />
      {dialog}
    </Page>
  )
}
