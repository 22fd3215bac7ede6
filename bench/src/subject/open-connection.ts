/** Clients of the guarded connections, one a kind. Each tells when it heard of its end and when it saw it, on the clock of the machine. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { io } from 'socket.io-client'
import { WebSocket } from 'ws'
import { machineMs } from '../harness/machine-clock.ts'

export const doors = ['ws', 'socket.io', 'event stream'] as const
export type Door = (typeof doors)[number]

export interface End {
  /** When the client was told: the last thing that it reads. */
  readonly toldMs: number
  /** When its library reports the end, both sides having taken leave. */
  readonly atMs: number
  readonly code: string
}

export interface OpenConnection {
  readonly ended: Promise<End>
}

const opened: Readonly<Record<Door, (port: number, token: string) => Promise<OpenConnection>>> = {
  async ws(port, token) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { headers: { authorization: `Bearer ${token}` } })
    const { promise: ended, resolve } = Promise.withResolvers<End>()
    let toldMs = Number.NaN
    // The service sends nothing but its close frame.
    socket.once('upgrade', (response) => response.socket.once('data', () => void (toldMs = machineMs())))
    socket.once('close', (_code, reason) => resolve({ toldMs, atMs: machineMs(), code: String(reason) }))
    await once(socket, 'open')
    return { ended }
  },

  async 'socket.io'(port, token) {
    const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true, reconnection: false, auth: { token } })
    const { promise: ended, resolve } = Promise.withResolvers<End>()
    let told = { toldMs: Number.NaN, code: '' }
    socket.once('countersign:ended', ({ code }: { readonly code: string }) => {
      told = { toldMs: machineMs(), code }
    })
    socket.once('disconnect', () => {
      resolve({ ...told, atMs: machineMs() })
      // The transport outlives the namespace.
      socket.close()
    })
    await new Promise<void>((admitted, refused) => {
      socket.once('connect', admitted)
      socket.once('connect_error', refused)
    })
    return { ended }
  },

  async 'event stream'(port, token) {
    const asked = request({ port, host: '127.0.0.1', path: '/', headers: { authorization: `Bearer ${token}` }, agent: false }).end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    if (response.statusCode !== 200) throw new Error(`the stream was answered ${response.statusCode}`)
    const { promise: ended, resolve } = Promise.withResolvers<End>()
    let received = ''
    let toldMs = Number.NaN
    response.setEncoding('utf8').on('data', (chunk: string) => {
      toldMs = machineMs()
      received = (received + chunk).slice(-200)
    })
    response.once('end', () => resolve({ toldMs, atMs: machineMs(), code: /"code":"(\w+)"/.exec(received)?.[1] ?? '' }))
    return { ended }
  },
}

export const openConnection = (door: Door, port: number, token: string): Promise<OpenConnection> => opened[door](port, token)
