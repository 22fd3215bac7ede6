import { createSessionClient } from 'countersign/client'
import { io } from 'socket.io-client'

const session = createSessionClient({ baseUrl: process.env.COUNTERSIGN_ISSUER ?? 'http://127.0.0.1:4000' })
await session.signIn({ email: process.env.PLAYER_EMAIL ?? '', password: process.env.PLAYER_PASSWORD ?? '' })

const game = io(process.env.GAME_URL ?? 'http://127.0.0.1:5001', {
  // Asked for each time that it connects: an older one may have expired meanwhile.
  auth: (send) => void session.accessToken().then((token) => send({ token })),
})
// A token lives five minutes. The session has a new one in time, and the game goes on with it.
const renewing = setInterval(() => {
  void session.accessToken().then((token) => game.emit('countersign:renew', { access_token: token }))
}, 60_000)

game.on('connect', () => void game.emit('score'))
game.on('points', (points: Record<string, number>) => console.log(points))
game.on('connect_error', (error) => console.log(`not connected: ${error.message}`))
game.on('countersign:ended', ({ code }: { readonly code: string }) => console.log(`dropped: ${code}`))
game.on('disconnect', (reason) => {
  // socket.io itself comes back after anything else.
  if (reason !== 'io server disconnect') return
  clearInterval(renewing)
  game.close()
})
