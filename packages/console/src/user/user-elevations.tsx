import { type JSX, useState } from 'react'
import { useInvalidate, useList } from '../api/query.ts'
import { type Elevation, elevationsOf, endElevation, type User } from '../api/user.ts'
import { Badge, Button, Card, type Column, DataTable, Id, Moment, say, shellWord } from '../kit/index.ts'
import { user as words } from '../message/en/user.ts'
import { userPath } from '../session/path.ts'
import { useConfirm } from '../session/confirm.tsx'
import { ElevationDialog } from './elevation-dialog.tsx'

/** Users are led to; the rest has names of its own. */
function Who({ by }: { readonly by: string }): JSX.Element {
  return by.startsWith('usr_') ? <Id value={by} href={userPath(by)} /> : <>{nameOf(by)}</>
}

const known: Readonly<Record<string, string>> = words.by
const nameOf = (by: string): string => (Object.hasOwn(known, by) ? (known[by] ?? by) : by)

const columns: readonly Column<Elevation>[] = [
  {
    id: 'role',
    title: words.role,
    cell: ({ role, active }) => (
      <>
        <Badge>{role}</Badge> {active ? <Badge tone="live">{words.running}</Badge> : <span className="soft">{words.over}</span>}
      </>
    ),
    text: ({ role }) => role,
  },
  { id: 'reason', title: words.reason, wide: true, cell: ({ reason }) => reason, text: ({ reason }) => reason },
  {
    id: 'by',
    title: words.startedBy,
    cell: (elevation) => <Who by={elevation.started_by} />,
    text: (elevation) => elevation.started_by,
  },
  {
    id: 'started',
    title: words.started,
    cell: (elevation) => <Moment at={elevation.started_at} />,
    text: (elevation) => elevation.started_at,
    order: (elevation) => Date.parse(elevation.started_at),
  },
  {
    id: 'until',
    title: words.until,
    cell: (elevation) => <Moment at={elevation.ended_at ?? elevation.ends_at} />,
    text: (elevation) => elevation.ended_at ?? elevation.ends_at,
    order: (elevation) => Date.parse(elevation.ended_at ?? elevation.ends_at),
  },
  {
    id: 'ended',
    title: words.endedBy,
    cell: ({ ended_by: by }) => (by === null ? null : <Who by={by} />),
    text: ({ ended_by: by }) => by ?? '',
  },
]

/** The roles that somebody has for a while, and had. */
export function UserElevations({ user }: { readonly user: User }): JSX.Element {
  const invalidate = useInvalidate()
  const [ask, dialog] = useConfirm()
  const [isGiving, setGiving] = useState(false)
  const key = ['user', user.id, 'elevations']
  const { data: elevations, error, refetch } = useList(key, (signal) => elevationsOf(user.id, signal))

  const end = ({ id, role }: Elevation): void =>
    ask({
      title: words.endElevationTitle(role),
      effect: words.endElevationEffect,
      verb: words.endElevationVerb,
      tone: 'danger',
      act: async () => {
        await endElevation(user.id, id)
        await invalidate(key)
        say(words.elevationEnded(role))
      },
    })
  const give = (
    <Button compact tone="quiet" onClick={() => setGiving(true)}>
      {words.elevate}
    </Button>
  )
  return (
    <>
      <Card title={words.elevations} aside={user.status === 'suspended' ? undefined : give}>
        <DataTable
          id="elevations"
          caption={words.elevationsCaption}
          columns={columns}
          rows={elevations}
          keyOf={({ id }) => id}
          error={error}
          retry={refetch}
          empty={{
            title: words.noElevations,
            text: words.noElevationsText,
            command: `countersign users elevate ${shellWord(user.email)} --role oncall --minutes 30 --reason "incident"`,
          }}
          actions={(elevation) =>
            elevation.active ? (
              <Button compact tone="danger" aria-label={words.endElevationNamed(elevation.role)} onClick={() => end(elevation)}>
                {words.endElevation}
              </Button>
            ) : null
          }
        />
      </Card>
      {isGiving ? <ElevationDialog user={user} onClose={() => setGiving(false)} /> : null}
      {dialog}
    </>
  )
}
