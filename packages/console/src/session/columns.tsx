import type { Session } from '../api/session.ts'
import { Badge, type Column, Id, Moment } from '../kit/index.ts'
import { session as words } from '../message/en/session.ts'
import { deviceTitle, deviceWhere, methodsText } from './device.ts'

/** What is told of every session, wherever it is listed. */
export const sessionColumns: readonly Column<Session>[] = [
  {
    id: 'device',
    title: words.device,
    wide: true,
    cell: ({ device, current }) => (
      <>
        {deviceTitle(device)} {current ? <Badge tone="live">{words.here}</Badge> : null}
        <div className="soft small">{deviceWhere(device)}</div>
      </>
    ),
    text: ({ device }) => [deviceTitle(device), deviceWhere(device)].filter(Boolean).join(' · '),
  },
  {
    id: 'used',
    title: words.lastUsed,
    cell: (session) => <Moment at={session.last_used_at} />,
    text: (session) => session.last_used_at,
    order: (session) => Date.parse(session.last_used_at),
  },
  {
    id: 'begun',
    title: words.signedIn,
    cell: (session) => (
      <>
        <Moment at={session.created_at} />
        <div className="soft small">{methodsText(session.methods)}</div>
      </>
    ),
    text: (session) => session.created_at,
    order: (session) => Date.parse(session.created_at),
  },
  {
    id: 'ends',
    title: words.ends,
    cell: (session) => <Moment at={session.expires_at} />,
    text: (session) => session.expires_at,
    order: (session) => Date.parse(session.expires_at),
  },
  { id: 'id', title: words.id, cell: ({ id }) => <Id value={id} />, text: ({ id }) => id },
]
