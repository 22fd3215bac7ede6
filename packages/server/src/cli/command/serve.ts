import type { Command } from 'commander'
import { configFromEnvironment, type RunningServer, serve } from '../../index.ts'
import { environmentFor } from '../door/open-door.ts'
import type { Terminal } from '../terminal.ts'
import { withExamples } from './option.ts'

interface ServeOptions {
  readonly database?: string
  readonly host?: string
  readonly port?: string
  readonly issuer?: string
}

function nextSignal(names: readonly NodeJS.Signals[]): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    // For good: whoever signals a whole group of processes reaches this one twice, and the second must not cut the first short.
    for (const name of names) process.on(name, () => resolve(name))
  })
}

async function offerSetup(running: RunningServer, terminal: Terminal): Promise<void> {
  const link = await running.countersign.offerSetup()
  if (link === undefined) return
  terminal.tell('There is no administrator yet. Open this link to create one; it works once, within 24 hours:')
  terminal.tell(`  ${link}`)
}

async function run(options: ServeOptions, terminal: Terminal): Promise<void> {
  const given = {
    ...environmentFor(options, terminal),
    ...(options.host === undefined ? {} : { HOST: options.host }),
    ...(options.port === undefined ? {} : { PORT: options.port }),
    ...(options.issuer === undefined ? {} : { COUNTERSIGN_ISSUER: options.issuer }),
  }
  const stopping = nextSignal(['SIGTERM', 'SIGINT'])
  const running = await serve(configFromEnvironment(given))
  process.on('SIGHUP', () => running.reloadCertificate())
  terminal.print(JSON.stringify({ event: 'listening', url: running.url }))
  await offerSetup(running, terminal)
  const signal = await stopping
  terminal.tell(`${signal}: finishing what is under way.`)
  await running.stop()
}

export function addServe(program: Command, terminal: Terminal): void {
  withExamples(
    program
      .command('serve')
      .description('run the server until SIGTERM; SIGHUP reads the certificate again')
      .option('--database <place>', 'the database, as in COUNTERSIGN_DATABASE')
      .option('--host <address>', 'address to listen on, as in HOST')
      .option('--port <port>', 'port to listen on, as in PORT; 0 takes a free one')
      .option('--issuer <url>', 'the URL that clients use, as in COUNTERSIGN_ISSUER')
      .action((options: ServeOptions) => run(options, terminal)),
    'serve',
    'serve --port 8080 --database ./data/countersign.db',
  )
}
