import { createSessionClient } from 'countersign/client'
import { admin, type Person, person } from './people.ts'
import { Api, ApiProblem, peek, type SignedIn } from './api.ts'
import { type Answer, accepted, call, refused, unknown, until } from './probe.ts'
import type { Service, World } from './world.ts'

/** Milliseconds from acknowledgement to refusal, by adapter: what the story measures. */
export type Measurements = ReadonlyMap<string, number[]>

/** What the steps share. */
export class Story {
  readonly world: World
  /** How often each thing is revoked, each time with a new token: so that the median means something. */
  readonly rounds: number
  readonly times: Measurements

  constructor(world: World, rounds: number) {
    this.world = world
    this.rounds = rounds
    this.times = new Map(world.services.map(({ adapter }) => [adapter, []]))
  }

  signIn(who: Person = person): Promise<SignedIn> {
    return new Api(this.world.serverUrl).signIn(who.email, who.password)
  }

  async asAdmin(): Promise<Api> {
    return new Api(this.world.serverUrl, (await this.signIn(admin)).access_token)
  }

  /** Every service answers as `wanted`. @returns a line that says so. */
  async everyService(path: string, token: string, wanted: (answer: Answer) => boolean): Promise<string> {
    const answers = await Promise.all(
      this.world.services.map(async ({ adapter, url }) => ({ adapter, ...(await call(url + path, token)) })),
    )
    const wrong = answers.filter((answer) => !wanted(answer))
    if (wrong.length > 0)
      throw new Error(wrong.map(({ adapter, status, code }) => `${adapter} answered ${status} ${code ?? ''}`).join(', '))
    return answers.map(({ adapter, status, code }) => `${adapter} ${code ?? status}`).join(', ')
  }

  /** How long until each service answers as `wanted`, in milliseconds from now. */
  async delays(path: string, token: string, wanted: (answer: Answer) => boolean): Promise<readonly [Service, number][]> {
    return Promise.all(
      this.world.services.map(async (service): Promise<[Service, number]> => [service, await until(service.url + path, token, wanted)]),
    )
  }

  /** `act` revokes; then each service must refuse the token that it accepted before. */
  async refusedAfter(token: string, act: () => Promise<unknown>): Promise<string> {
    await this.everyService('/orders', token, accepted)
    await act()
    const delays = await this.delays('/orders', token, refused)
    for (const [service, ms] of delays) this.times.get(service.adapter)?.push(ms)
    return `refused by ${milliseconds(delays)}`
  }
}

const milliseconds = (delays: readonly [Service, number][]): string =>
  delays.map(([{ adapter }, ms]) => `${adapter} ${ms.toFixed(1)} ms`).join(', ')

/** The same revocation several times over. */
async function rounds(story: Story, revoke: (api: Api, signedIn: SignedIn) => Promise<unknown>): Promise<string> {
  let line = ''
  for (let round = 0; round < story.rounds; round++) {
    const api = await story.asAdmin()
    const signedIn = await story.signIn()
    line = await story.refusedAfter(signedIn.access_token, () => revoke(api, signedIn))
  }
  return line
}

/** Title and what must hold. A step that throws has not held. */
export type Step = readonly [title: string, tell: (story: Story) => Promise<string>]

/** What happens to people and their sessions. */
export const steps: readonly Step[] = [
  [
    'Ada signs in; all four services accept her token, each on its own',
    async (story) => story.everyService('/orders', (await story.signIn()).access_token, accepted),
  ],
  ['one token is revoked', (story) => rounds(story, (api, { access_token }) => api.revoke('token', peek(access_token, 'claims', 'jti')))],
  ['one session is ended', (story) => rounds(story, (api, { session }) => api.revoke('session', session.id))],
  ['Ada is signed out everywhere', (story) => rounds(story, (api, { user }) => api.revoke('user', user.id))],
  ['a role is cut off', (story) => rounds(story, (api) => api.revoke('role', 'customer'))],
  [
    'the signing key is revoked; the next one signs and is known at once',
    async (story) => {
      const line = await rounds(story, (api, { access_token }) => api.revokeKey(peek(access_token, 'header', 'kid')))
      const delays = await story.delays('/orders', (await story.signIn()).access_token, accepted)
      return `${line}; a token of the next key accepted by ${milliseconds(delays)}`
    },
  ],
  ['everyone is signed out', (story) => rounds(story, (api) => api.revoke('everyone'))],
  [
    'Ada becomes staff: her client refreshes unseen, and the new role counts',
    async (story) => {
      const client = createSessionClient({ baseUrl: story.world.serverUrl })
      const { user } = await client.signIn({ email: person.email, password: person.password })
      const before = await client.accessToken()
      await story.everyService('/staff', before, ({ code }) => code === 'role_insufficient')
      await (await story.asAdmin()).setRoles(user.id, ['customer', 'staff'])
      const delays = await story.delays('/staff', before, refused)
      const seen = await Promise.all(story.world.services.map(async ({ url }) => (await client.fetch(`${url}/staff`)).status))
      if (seen.some((status) => status !== 200)) throw new Error(`the services answered ${seen.join(', ')}`)
      return `the old token ${milliseconds(delays)}; then staff on all four, without signing in again`
    },
  ],
  [
    'a stolen refresh token is used: the session ends for thief and owner',
    async (story) => {
      const owner = new Api(story.world.serverUrl)
      const stolen = await story.signIn()
      const renewed = await owner.refresh(stolen.refresh_token)
      await story.everyService('/orders', renewed.access_token, accepted)
      const thief = new Api(story.world.serverUrl, undefined, 'curl/8.5.0')
      const code = await thief.refresh(stolen.refresh_token).then(
        () => 'accepted',
        (error: unknown) => (error instanceof ApiProblem ? error.code : 'failed'),
      )
      if (code !== 'refresh_reused') throw new Error(`the thief's refresh was answered ${code}`)
      return `${code}; the owner's token ${milliseconds(await story.delays('/orders', renewed.access_token, refused))}`
    },
  ],
]

/** Comes last: services are measured before and after, not in between. */
export const outage: Step = [
  'the server is killed: services go on in grace, then refuse to guess, then recover',
  async (story) => {
    const alive = await story.signIn()
    const dead = await story.signIn()
    await (await story.asAdmin()).revoke('session', dead.session.id)
    await story.delays('/orders', dead.access_token, refused)
    await story.world.killServer()
    await story.everyService('/orders', alive.access_token, accepted)
    const strict = await story.delays('/transfer', alive.access_token, unknown)
    await story.everyService('/orders', alive.access_token, accepted)
    const ordinary = await story.delays('/orders', alive.access_token, unknown)
    await story.world.restartServer()
    const back = await story.delays('/transfer', alive.access_token, accepted)
    await story.everyService('/orders', dead.access_token, refused)
    return `strict route 503 after ${seconds(strict)}, ordinary ones after ${seconds(ordinary)} more, all back ${seconds(back)} after the restart; what was revoked stayed revoked`
  },
]

const seconds = (delays: readonly [Service, number][]): string => `${(Math.max(...delays.map(([, ms]) => ms)) / 1000).toFixed(1)} s`
