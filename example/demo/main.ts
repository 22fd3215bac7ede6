// The main job told on the terminal: a server and four services as processes of their own, and how long each takes to
// refuse what was revoked. `--once` ends after the story, with 0 only if every step held. `oauth` tells of applications of others alone,
// to one service, each ending once.
import { once } from 'node:events'
import { styleText } from 'node:util'
import { applicationSteps } from './application.ts'
import { median } from './probe.ts'
import { person } from './people.ts'
import { outage, type Step, Story, steps } from './story.ts'
import { adapters, World } from './world.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)

async function tell(story: Story, told: readonly Step[]): Promise<number> {
  let failed = 0
  for (const [title, step] of told) {
    try {
      const line = await step(story)
      print(`${styleText('green', '✓')} ${title}\n  ${styleText('dim', line)}`)
    } catch (error) {
      failed += 1
      print(`${styleText('red', '✗')} ${title}\n  ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return failed
}

function printTimes(story: Story): void {
  print('\nacknowledgement → refusal, median (slowest) of each adapter:')
  for (const [adapter, times] of story.times) {
    print(
      `  ${adapter.padEnd(8)} ${median(times).toFixed(1).padStart(6)} ms (${Math.max(...times).toFixed(1)} ms), ${times.length} revocations`,
    )
  }
}

const isShort = process.argv.includes('oauth')
const told = isShort ? applicationSteps : [...steps, ...applicationSteps, outage]
await using world = await World.open(isShort ? ['express'] : adapters)
print(`server ${world.serverUrl}; services ${world.services.map(({ adapter, url }) => `${adapter} ${url}`).join(', ')}\n`)

const story = new Story(world, isShort ? 1 : 5)
const failed = await tell(story, told)
printTimes(story)
print(failed === 0 ? '\nevery step held' : `\n${failed} of ${told.length} steps did not hold`)
process.exitCode = failed === 0 ? 0 : 1

if (!process.argv.includes('--once')) {
  print(`\nstill running: sign in as ${person.email} with ${person.password}; Ctrl-C ends it`)
  await once(process, 'SIGINT')
}
