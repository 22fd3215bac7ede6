import type { Command } from 'commander'
import { dataPath, secretPath } from '../../index.ts'
import { type Finding, failed, messageOf, ok, skipped } from '../check/finding.ts'
import { checkConfiguration, checkDatabaseFile, checkMail, checkNode, checkSecret } from '../check/installation.ts'
import { checkIssuer, checkKeys, checkReadiness } from '../check/server.ts'
import { call, type Door } from '../door/door.ts'
import { environmentFor, openDoor, runningSocket } from '../door/open-door.ts'
import { Failure } from '../failure.ts'
import { printList } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type CommonOptions, withDoor, withExamples } from './option.ts'

async function checkServer(door: Door): Promise<readonly Finding[]> {
  return [await checkReadiness(door), ...(await checkKeys(door))]
}

/** The name that the running server goes by; its environment may differ from ours. */
async function checkOwnName(door: Door): Promise<readonly Finding[]> {
  const { issuer } = await call<{ issuer: string }>(door, 'GET', '/.well-known/countersign')
  return checkIssuer(issuer)
}

/** Opening the database checks its schema and the hash chain of its log, and that the secret opens its keys. */
async function checkThrough(options: CommonOptions, terminal: Terminal, running: boolean): Promise<readonly Finding[]> {
  let door: Door
  try {
    door = await openDoor(options, terminal)
  } catch (error) {
    return [failed('log', messageOf(error))]
  }
  try {
    const found = await checkServer(door)
    if (running) return [skipped('log', 'the running server checked it when it started'), ...found, ...(await checkOwnName(door))]
    const issuer = skipped('issuer', 'no server is running on this database')
    return [ok('log', 'its hash chain holds, and the secret opens the keys'), ...found, issuer]
  } finally {
    await door.close()
  }
}

async function examineRemote(options: CommonOptions, url: string, terminal: Terminal): Promise<readonly Finding[]> {
  const findings = [...(await checkIssuer(url.replace(/\/+$/, '')))]
  if ((options.token ?? terminal.environment['COUNTERSIGN_TOKEN']) === undefined) return [...findings, skipped('keys', 'needs --token')]
  const door = await openDoor(options, terminal)
  return [...findings, ...(await checkServer(door))]
}

async function examineLocal(options: CommonOptions, terminal: Terminal): Promise<readonly Finding[]> {
  const environment = environmentFor(options, terminal)
  const { config, findings } = checkConfiguration(environment)
  const database = checkDatabaseFile(environment)
  if (config === undefined) return [...findings, database]
  const running = (await runningSocket(environment)) !== undefined
  const secret = checkSecret(config, secretPath(dataPath(config.database)))
  const isNew = database.state !== 'ok' && database.state !== 'warning'
  const through = isNew ? [] : await checkThrough(options, terminal, running)
  return [...findings, secret, checkMail(config), database, ...through]
}

async function examine(options: CommonOptions, terminal: Terminal): Promise<void> {
  const url = options.url ?? terminal.environment['COUNTERSIGN_URL']
  const rest = url === undefined || url === '' ? await examineLocal(options, terminal) : await examineRemote(options, url, terminal)
  const findings = [checkNode(process.versions.node), ...rest]
  const columns = [
    { title: 'check', of: ({ check }: Finding) => check },
    { title: 'state', of: ({ state }: Finding) => state },
    { title: 'detail', of: ({ detail }: Finding) => detail },
  ]
  printList(terminal, options, findings, columns, '')
  const bad = findings.filter(({ state }) => state === 'failed').length
  if (bad > 0) throw new Failure(`${bad} ${bad === 1 ? 'check' : 'checks'} failed.`)
}

export function addDoctor(program: Command, terminal: Terminal): void {
  withExamples(
    withDoor(program.command('doctor').description('look for what is wrong with this installation')).action((options: CommonOptions) =>
      examine(options, terminal),
    ),
    'doctor',
    'doctor --url https://auth.example.com --json',
  )
}
