import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createVerifier, type Verifier } from 'countersign'
import { CliFolder } from '../cli/cli-process.ts'
import { patientPlatform } from '../http/patience.ts'
import { bearer, doors, type Line, type Service } from './door.ts'

const PASSWORD = 'correct horse battery'

interface SignedIn {
  readonly access_token: string
  readonly refresh_token: string
  readonly session: { readonly id: string }
  readonly user: { readonly id: string }
}

/** A server process, and in this process a service with every kind of open connection. */
class World implements AsyncDisposable {
  readonly folder: CliFolder
  readonly #url: string
  readonly #stack: AsyncDisposableStack
  readonly #services: Readonly<Record<string, Service>>

  private constructor(folder: CliFolder, url: string, stack: AsyncDisposableStack, services: Readonly<Record<string, Service>>) {
    this.folder = folder
    this.#url = url
    this.#stack = stack
    this.#services = services
  }

  static async open(): Promise<World> {
    const stack = new AsyncDisposableStack()
    const folder = stack.use(new CliFolder())
    const { credential }: { credential: string } = JSON.parse(await runs(folder, ['services', 'create', '--name', 'game', '--json']))
    const { url } = stack.use(await folder.serve())
    const options = { issuer: url, audience: url, credential, platform: patientPlatform }
    const verifier: Verifier = stack.adopt(createVerifier(options), (each) => each.close())
    await verifier.ready()
    const opened = Object.entries(doors).map(async ([name, { open }]) => [name, stack.use(await open(verifier))] as const)
    return new World(folder, url, stack, Object.fromEntries(await Promise.all(opened)))
  }

  async signUp(email: string): Promise<SignedIn> {
    await this.#post('/v1/users', { email, password: PASSWORD })
    return this.signIn(email)
  }

  async signIn(email: string): Promise<SignedIn> {
    return this.#post('/v1/sessions', { email, password: PASSWORD })
  }

  async refresh({ refresh_token }: SignedIn): Promise<SignedIn> {
    return this.#post('/v1/sessions/refresh', { refresh_token })
  }

  async signOut({ access_token: token }: SignedIn): Promise<void> {
    const response = await fetch(`${this.#url}/v1/sessions/current`, { method: 'DELETE', headers: bearer(token) })
    assert.ok(response.ok)
  }

  /** One connection of each kind. */
  async connect(token: string): Promise<Readonly<Record<string, Line>>> {
    const lines = Object.entries(this.#services).map(async ([name, service]) => [name, await service.connect(token)] as const)
    return Object.fromEntries(await Promise.all(lines))
  }

  sayAll(): void {
    for (const service of Object.values(this.#services)) service.sayAll()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync()
  }

  async #post(path: string, body: object): Promise<SignedIn> {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(this.#url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    assert.ok(response.ok)
    return (await response.json()) as SignedIn
  }
}

async function runs(folder: CliFolder, words: readonly string[]): Promise<string> {
  const { code, out, err } = await folder.run(words)
  assert.equal(code, 0, err)
  return out
}

async function areCut(lines: Readonly<Record<string, Line>>): Promise<void> {
  for (const [name, { cut }] of Object.entries(doors)) assert.equal(await lines[name]?.ended, cut('token_revoked'))
}

test('[B38] what ends a session or a user in another process cuts their open connections in this one, and no other', async () => {
  await using world = await World.open()
  const [ada, bob] = [await world.signUp('ada@example.com'), await world.signUp('bob@example.com')]
  const elsewhere = await world.signIn('ada@example.com')
  const adas = await world.connect(ada.access_token)
  const adasElsewhere = await world.connect(elsewhere.access_token)
  const bobs = await world.connect(bob.access_token)

  await world.signOut(ada)
  await areCut(adas)
  world.sayAll()
  for (const line of [...Object.values(adasElsewhere), ...Object.values(bobs)]) await line.hear()

  // Renewed by a real refresh, a connection belongs to the same session and the same user, and dies with them.
  const renewed = (await world.refresh(elsewhere)).access_token
  for (const name of ['ws', 'socket.io']) assert.equal(typeof (await adasElsewhere[name]?.renew(renewed)), 'number')
  await runs(world.folder, ['revoke', 'user', ada.user.id])
  await areCut(adasElsewhere)
  world.sayAll()
  for (const line of Object.values(bobs)) await line.hear()
})
