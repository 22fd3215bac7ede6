import { createServer } from 'node:http'
import { createVerifier } from 'countersign'
import { guard } from 'countersign/socket.io'
import { Server } from 'socket.io'

const issuer = process.env.COUNTERSIGN_ISSUER ?? 'http://127.0.0.1:4000'
const verifier = createVerifier({ issuer, audience: issuer, credential: process.env.COUNTERSIGN_CREDENTIAL ?? '' })
await verifier.ready()

const http = createServer()
const game = new Server(http)
const points = new Map<string, number>()
const tellAll = (): boolean => game.emit('points', Object.fromEntries(points))

game.use(guard(verifier))
game.on('connection', (socket) => {
  const player: string = socket.data.principal.user
  points.set(player, 0)
  tellAll()
  socket.on('score', () => {
    points.set(player, (points.get(player) ?? 0) + 1)
    tellAll()
  })
  // Also when the player was revoked: there is nothing else to do.
  socket.on('disconnect', () => {
    points.delete(player)
    tellAll()
  })
})

http.listen(Number(process.env.PORT ?? 5001), '127.0.0.1', () => {
  const address = http.address()
  const port = typeof address === 'object' ? address?.port : undefined
  console.log(JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${port}` }))
})
