/** A child process: one end of a bare transport, the one that sends or one that reads. */
import { machineMs } from '../harness/machine-clock.ts'
import { answerParent } from '../harness/parent.ts'
import { openReader, openSender, type RawSender } from './raw-line.ts'
import type { Way } from './way.ts'

/** As long as a signed message with one entry. */
const payload = 'x'.repeat(700)

let sender: RawSender | undefined
let heard: PromiseWithResolvers<number> = Promise.withResolvers<number>()

async function sendOn(way: Way): Promise<string> {
  sender = await openSender(way)
  return sender.url
}

const readFrom = (way: Way): Promise<void> => openReader(way, () => heard.resolve(machineMs()))

/** When it was handed to the transport. */
async function send(): Promise<number> {
  const sentMs = machineMs()
  await sender?.send(payload)
  return sentMs
}

function expect(): void {
  heard = Promise.withResolvers<number>()
}

const message = (): Promise<number> => heard.promise

answerParent({ sendOn, readFrom, send, expect, message })
