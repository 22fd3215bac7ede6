import { request } from 'node:http'
import { connect } from 'node:net'
import { isOwnSocket } from '../../index.ts'
import { Failure } from '../failure.ts'
import type { Door, DoorAnswer, DoorRequest } from './door.ts'

/** Does a server listen there, and is it ours? */
export function isListening(path: string): Promise<boolean> {
  if (!isOwnSocket(path)) return Promise.resolve(false)
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** The server that has the database open on this machine. */
export function socketDoor(path: string): Door {
  return { name: `the running server (${path})`, send: (asked) => sendThrough(path, asked), close: async () => {} }
}

function sendThrough(socketPath: string, { method, path, body }: DoorRequest): Promise<DoorAnswer> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  const headers = text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, headers: { ...headers, host: 'localhost' } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }))
      response.on('error', () => reject(gone()))
    })
    outgoing.on('error', () => reject(gone()))
    outgoing.end(text)
  })
}

const gone = (): Failure => new Failure('The running server did not answer.', 'Look at its log, then try again.')
