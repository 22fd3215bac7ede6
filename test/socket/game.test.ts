import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { io } from 'socket.io-client'
import { type Child, run, start } from '../../tool/child.ts'
import { CliFolder } from '../cli/cli-process.ts'

const PASSWORD = 'correct horse battery'
const gameFile = fileURLToPath(import.meta.resolve('../../example/socket-game/main.ts'))
const playerFile = fileURLToPath(import.meta.resolve('../../example/socket-game/player.ts'))

async function post<Answer>(url: string, body: object): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  assert.ok(response.ok)
  return (await response.json()) as Answer
}

test('[B38] in the example game a revoked player is dropped, and the others play on', async () => {
  using folder = new CliFolder()
  const { out } = await folder.run(['services', 'create', '--name', 'game', '--json'])
  await using server = await folder.serve()
  const environment = { COUNTERSIGN_ISSUER: server.url, COUNTERSIGN_CREDENTIAL: JSON.parse(out).credential, PORT: '0' }
  await using stack = new AsyncDisposableStack()
  const game: Child = stack.adopt(await start(gameFile, [], environment), (each) => each.kill('SIGTERM'))

  const users: string[] = []
  for (const email of ['ada@example.com', 'bob@example.com']) {
    const { user } = await post<{ user: { id: string } }>(`${server.url}/v1/users`, { email, password: PASSWORD })
    users.push(user.id)
  }
  const [ada = '', bob = ''] = users
  const playing = run(playerFile, [], { ...environment, GAME_URL: game.url, PLAYER_EMAIL: 'ada@example.com', PLAYER_PASSWORD: PASSWORD })
  const { access_token: token } = await post<{ access_token: string }>(`${server.url}/v1/sessions`, {
    email: 'bob@example.com',
    password: PASSWORD,
  })
  const client = stack.adopt(io(game.url, { transports: ['websocket'], auth: { token } }), (each) => void each.close())
  const sees = (isSo: (points: Readonly<Record<string, number>>) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (points: Readonly<Record<string, number>>): void => {
        if (!isSo(points)) return
        client.off('points', look)
        resolve()
      }
      client.on('points', look)
    })

  await sees((points) => points[ada] === 1 && points[bob] === 0)
  const adaIsGone = sees((points) => !Object.hasOwn(points, ada) && Object.hasOwn(points, bob))
  assert.equal((await folder.run(['revoke', 'user', ada])).code, 0)
  await adaIsGone
  assert.match(await playing, /^dropped: token_revoked$/m)
  const bobScores = sees((points) => points[bob] === 1)
  client.emit('score')
  await bobScores
})
