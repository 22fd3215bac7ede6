/**
 * `npm run bench -- NAME [--json] [--quick | --full] [--only TEXT]`. Installs the peers on its first run, since they are no part
 * of the workspaces: a normal install must not wait for them.
 */
import { parseArgs } from 'node:util'
import type { Report, Settings } from './bench.ts'
import { installPeers } from './harness/install.ts'
import { machine } from './harness/machine.ts'
import { renderReport } from './harness/text.ts'
import { registry } from './registry.ts'

const usage = `Usage: npm run bench -- NAME [--json] [--quick | --full] [--only TEXT]

Names: ${Object.keys(registry).join(', ')}
  --json   one JSON document on standard output
  --quick  smaller and shorter: shows that it runs, not what the numbers are
  --full   larger, where a bench knows how
  --only   only the parts whose label contains TEXT
`

function readArguments(): { readonly name: string | undefined; readonly json: boolean; readonly settings: Settings } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      quick: { type: 'boolean' },
      full: { type: 'boolean' },
      only: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (positionals.length > 1) throw new TypeError('One bench at a time.')
  const log = (line: string): void => void process.stderr.write(`${line}\n`)
  const settings: Settings = { quick: values.quick === true, full: values.full === true, only: values.only, log }
  return { name: values.help === true ? undefined : positionals[0], json: values.json === true, settings }
}

async function main(): Promise<number> {
  const { name, json, settings } = readArguments()
  const load = name === undefined || !Object.hasOwn(registry, name) ? undefined : registry[name]
  if (name === undefined || load === undefined) {
    process.stderr.write(usage)
    return 2
  }
  await installPeers(settings.log)
  const bench = await load()
  const startedMs = performance.now()
  const measurement = await bench.run(settings)
  const elapsedSeconds = Math.round((performance.now() - startedMs) / 100) / 10
  const report: Report = { name, title: bench.title, quick: settings.quick, elapsedSeconds, machine: machine(), ...measurement }
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report))
  return 0
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))
try {
  process.exit(await main())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(1)
}
