import { type JSX, useState } from 'react'
import { Link } from 'wouter'
import { sessionsOf } from '../api/session.ts'
import { useInvalidate, useList } from '../api/query.ts'
import { readMails } from '../api/mail.ts'
import { changeUser, mailPasswordLink, type User, unlockUser } from '../api/user.ts'
import { Badge, Button, Card, Facts, Id, Menu, Moment, say } from '../kit/index.ts'
import { users, user as words } from '../message/en/user.ts'
import { type Confirmation, useConfirm } from '../session/confirm.tsx'
import { auditPath } from '../session/path.ts'
import { Effect } from './effect.tsx'
import { Labels } from './labels.tsx'
import { RolesDialog } from './roles-dialog.tsx'

interface UserAccountProps {
  readonly user: User
  readonly isOwn: boolean
}

/** What is known of the account itself, and what can be done with it. */
export function UserAccount({ user, isOwn }: UserAccountProps): JSX.Element {
  const invalidate = useInvalidate()
  const [ask, dialog] = useConfirm()
  const [isChanging, setChanging] = useState(false)
  const { data: sessions } = useList(['user', user.id, 'sessions'], (signal) => sessionsOf(user.id, signal))
  const { data: mail } = useList(['mail-transport'], readMails)
  const { email } = user

  const after = async (told: string): Promise<void> => {
    await Promise.all([invalidate(['user', user.id]), invalidate(['users']), invalidate(['sessions'])])
    say(told)
  }
  const suspend: Confirmation = {
    title: words.suspendTitle(email),
    effect: <Effect text={words.suspendEffect(sessions?.length)} own={isOwn ? words.suspendOwn : undefined} />,
    verb: words.suspendVerb,
    tone: 'danger',
    act: async () => {
      await changeUser(user.id, { status: 'suspended' })
      await after(words.suspended(email))
    },
  }
  const activate: Confirmation = {
    title: words.activateTitle(email),
    effect: words.activateEffect,
    verb: words.activateVerb,
    act: async () => {
      await changeUser(user.id, { status: 'active' })
      await after(words.activated(email))
    },
  }
  const unlock: Confirmation = {
    title: words.unlockTitle,
    effect: words.unlockEffect(email),
    verb: words.unlockVerb,
    act: async () => {
      await unlockUser(user.id)
      say(words.unlocked(email))
    },
  }
  const sendLink: Confirmation = {
    title: words.sendTitle,
    effect: words.sendEffect(email),
    verb: words.sendVerb,
    act: async () => {
      await mailPasswordLink(email)
      say(words.sent(email))
    },
  }
  const isSuspended = user.status === 'suspended'
  const sendsMail = mail !== undefined && mail.queue.transport !== 'none'
  const items = [
    { title: words.unlock, onSelect: () => ask(unlock) },
    // Nobody who is suspended is written to.
    ...(sendsMail && !isSuspended ? [{ title: words.sendLink, onSelect: () => ask(sendLink) }] : []),
    isSuspended
      ? { title: words.activate, onSelect: () => ask(activate) }
      : { title: words.suspend, tone: 'danger' as const, onSelect: () => ask(suspend) },
  ]
  const aside = (
    <span className="buttons">
      <Button compact tone="quiet" onClick={() => setChanging(true)}>
        {words.changeRoles}
      </Button>
      <Menu label={words.more} items={items} />
    </span>
  )
  return (
    <>
      <Card title={words.account} aside={aside}>
        <Facts items={factsOf(user, isOwn)} />
      </Card>
      {isChanging ? <RolesDialog user={user} isOwn={isOwn} onClose={() => setChanging(false)} /> : null}
      {dialog}
    </>
  )
}

const factsOf = (user: User, isOwn: boolean): Parameters<typeof Facts>[0]['items'] => [
  [users.id, <Id key="id" value={user.id} />],
  [
    users.email,
    <>
      {user.email} {isOwn ? <Badge>{words.you}</Badge> : null}{' '}
      {user.email_verified ? <Badge tone="live">{words.verified}</Badge> : <Badge tone="warning">{users.unproven}</Badge>}
    </>,
  ],
  [users.name, user.name ?? words.noName],
  [users.roles, <Labels key="roles" labels={user.roles} none={words.none} />],
  [users.groups, <Labels key="groups" labels={user.groups} none={words.none} />],
  [users.created, <Moment key="created" at={user.created_at} />],
  [words.updated, <Moment key="updated" at={user.updated_at} />],
  [
    words.history,
    <span key="history" className="buttons">
      <Link href={auditPath('target', user.id)}>{words.historyOf}</Link>
      <Link href={auditPath('actor', user.id)}>{words.historyBy}</Link>
    </span>,
  ],
]
