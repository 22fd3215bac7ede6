import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/** Below what systems give out by themselves, to connections and to whoever asks for any port: none of those comes in between. */
const LOWEST = 15_000
const HIGHEST = 32_000
const TRIES = 200

/**
 * A port of this machine's loopback interface that nobody listens on, and that nobody else who asks here is given for as long as this process lives:
 * it may be listened on later, by a process of ours, and again after that has ended.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(LOWEST, HIGHEST)
    if (!(await isReserved(port))) continue
    if (await canBeListenedOn(port)) return port
  }
  throw new Error(`none of ${TRIES} ports between ${LOWEST} and ${HIGHEST} is free`)
}

/** By the UDP port of the same number, on which nobody else here can be meanwhile; it is free again when this process ends, however it does. */
function isReserved(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4').unref()
    socket.once('error', () => {
      socket.close()
      resolve(false)
    })
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(true))
  })
}

function canBeListenedOn(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
