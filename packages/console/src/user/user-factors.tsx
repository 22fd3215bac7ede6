import type { JSX } from 'react'
import { useInvalidate, useList } from '../api/query.ts'
import { factorsOf, type Factors, type Passkey, removeApp, removePasskey, type User } from '../api/user.ts'
import { Badge, Button, Card, Facts, Moment, ProblemNotice, Skeleton, say } from '../kit/index.ts'
import { user as words } from '../message/en/user.ts'
import { useConfirm } from '../session/confirm.tsx'

/** What stands beside the password, and what is taken from whoever has lost it. */
export function UserFactors({ user }: { readonly user: User }): JSX.Element {
  const invalidate = useInvalidate()
  const [ask, dialog] = useConfirm()
  const key = ['user', user.id, 'factors']
  const { data: factors, error, refetch } = useList(key, (signal) => factorsOf(user.id, signal))

  const turnOff = ({ passkeys }: Factors): void =>
    ask({
      title: words.appTitle,
      effect: words.appEffect(passkeys.length),
      verb: words.appVerb,
      tone: 'danger',
      act: async () => {
        await removeApp(user.id)
        await invalidate(key)
        say(words.appOff)
      },
    })
  const remove = ({ id, name }: Passkey): void =>
    ask({
      title: words.passkeyTitle(name),
      effect: words.passkeyEffect,
      verb: words.passkeyVerb,
      tone: 'danger',
      act: async () => {
        await removePasskey(user.id, id)
        await invalidate(key)
        say(words.passkeyRemoved(name))
      },
    })
  return (
    <>
      <Card title={words.factors}>
        {factors === undefined ? (
          error === undefined ? (
            <Skeleton lines={3} />
          ) : (
            <ProblemNotice error={error} retry={refetch} />
          )
        ) : (
          <Facts
            items={[
              [words.app, <App key="app" factors={factors} onTurnOff={() => turnOff(factors)} />],
              [words.passkeys, <Passkeys key="passkeys" passkeys={factors.passkeys} onRemove={remove} />],
              [words.recovery, words.recoveryLeft(factors.recovery_codes_left)],
            ]}
          />
        )}
      </Card>
      {dialog}
    </>
  )
}

function App({ factors: { totp }, onTurnOff }: { readonly factors: Factors; readonly onTurnOff: () => void }): JSX.Element {
  if (totp === null) return <>{words.notSetUp}</>
  return (
    <span className="buttons">
      <span>
        {totp.confirmed ? words.appOn : words.appBegun} <Moment at={totp.created_at} />
      </span>
      <Button compact tone="danger" onClick={onTurnOff}>
        {words.turnOff}
      </Button>
    </span>
  )
}

interface PasskeysProps {
  readonly passkeys: readonly Passkey[]
  readonly onRemove: (passkey: Passkey) => void
}

function Passkeys({ passkeys, onRemove }: PasskeysProps): JSX.Element {
  if (passkeys.length === 0) return <>{words.notSetUp}</>
  return (
    <ul className="stack">
      {passkeys.map((passkey) => (
        <li key={passkey.id} className="buttons">
          <span>
            {passkey.name} {passkey.synced ? <Badge>{words.synced}</Badge> : null}{' '}
            <span className="soft small">
              {words.lastUsed}: <Moment at={passkey.last_used_at ?? undefined} never={words.never} />
            </span>
          </span>
          <Button compact tone="danger" aria-label={words.removeNamed(passkey.name)} onClick={() => onRemove(passkey)}>
            {words.remove}
          </Button>
        </li>
      ))}
    </ul>
  )
}
