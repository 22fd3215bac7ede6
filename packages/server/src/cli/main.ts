#!/usr/bin/env node
import { systemClock } from 'countersign/core'
import { run } from './program.ts'
import { processTerminal } from './terminal.ts'

// Whatever a command waits for, the process stays until it has answered: nothing else may hold it.
const LONGEST_TIMER_MS = 2 ** 31 - 1
const leave = systemClock.after(LONGEST_TIMER_MS, () => undefined, { keepsProcess: true })
try {
  process.exitCode = await run(process.argv.slice(2), processTerminal)
} finally {
  leave()
}
