import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { call } from '../door/door.ts'
import { throughDoor } from '../door/open-door.ts'
import { Failure, misuse, ProgramEnded } from '../failure.ts'
import type { RuleFindingRecord, TrustRuleRecord } from '../record.ts'
import { type Column, printList, printResult } from '../table.ts'
import { readInput, type Terminal } from '../terminal.ts'
import { type CommonOptions, several, withDoor, withExamples } from './option.ts'

const PATH = '/v1/trust-rules'

const ruleColumns: readonly Column<TrustRuleRecord>[] = [
  { title: 'id', of: ({ id }) => id },
  { title: 'name', of: ({ name }) => name },
  { title: 'issuer', of: ({ issuer }) => issuer },
  { title: 'subject', of: ({ subject }) => subject },
  { title: 'claims', of: ({ claims }) => Object.entries(claims).map(([name, value]) => `${name}=${value}`) },
  { title: 'service', of: ({ service }) => service },
  { title: 'scopes', of: ({ scopes }) => scopes },
  { title: 'counts', of: ({ reusable }) => (reusable ? 'while it lives' : 'once') },
  { title: 'created', of: (rule) => rule.created_at },
]

const findingColumns: readonly Column<RuleFindingRecord>[] = [
  { title: 'rule', of: ({ rule }) => rule },
  { title: 'name', of: ({ name }) => name },
  { title: 'service', of: ({ service }) => service },
  { title: 'accepts', of: ({ accepts, problem }) => (accepts ? 'yes' : `no: ${problem}`) },
]

interface AddOptions extends CommonOptions {
  readonly name: string
  readonly issuer: string
  readonly subject: string
  readonly service: string
  readonly claim: readonly string[]
  readonly scope: readonly string[]
  readonly audience: readonly string[]
  readonly assertionAudience?: string
  readonly jwksFile?: string
  readonly reusable?: boolean
  readonly assertionSeconds?: string
  readonly tokenSeconds?: string
}

/** `name=value`; what comes after the first `=` is the value, a text always. @throws {Failure} */
function claimsOf(claims: readonly string[]): Readonly<Record<string, string>> {
  const found = new Map<string, string>()
  for (const claim of claims) {
    const at = claim.indexOf('=')
    if (at < 1) throw misuse(`--claim ${claim} must be name=value.`)
    const name = claim.slice(0, at)
    // It cannot be both, and one of them would be forgotten.
    if (found.has(name)) throw misuse(`--claim ${name} is there twice.`)
    found.set(name, claim.slice(at + 1))
  }
  return Object.fromEntries(found)
}

async function keysOf(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    throw new Failure(`${file} cannot be read as JSON.`, 'It must hold a JWK set; of a cluster: kubectl get --raw /openid/v1/jwks')
  }
}

async function add(options: AddOptions, terminal: Terminal): Promise<void> {
  const { assertionAudience, jwksFile, assertionSeconds, tokenSeconds } = options
  const body = {
    name: options.name,
    issuer: options.issuer,
    subject: options.subject,
    service: options.service,
    claims: claimsOf(options.claim),
    scopes: options.scope,
    audience: options.audience,
    reusable: options.reusable === true,
    ...(assertionAudience === undefined ? {} : { assertion_audience: assertionAudience }),
    ...(jwksFile === undefined ? {} : { jwks: await keysOf(jwksFile) }),
    ...(assertionSeconds === undefined ? {} : { assertion_seconds: Number(assertionSeconds) }),
    ...(tokenSeconds === undefined ? {} : { token_seconds: Number(tokenSeconds) }),
  }
  await throughDoor(options, terminal, async (door) => {
    const rule = await call<TrustRuleRecord>(door, 'POST', PATH, body)
    printResult(terminal, options, rule, rule.id)
  })
}

/** As scripts want it: 0 when some rule accepts it. */
async function test(options: CommonOptions, terminal: Terminal): Promise<void> {
  const assertion = (await readInput(terminal)).trim()
  if (assertion === '') throw misuse('Pipe the token in: countersign trust test < token')
  const accepted = await throughDoor(options, terminal, async (door) => {
    const { findings } = await call<{ findings: readonly RuleFindingRecord[] }>(door, 'POST', `${PATH}/test`, { assertion })
    printList(terminal, options, findings, findingColumns, 'No rule is about its issuer.')
    return findings.some(({ accepts }) => accepts)
  })
  if (!accepted) throw new ProgramEnded(1)
}

export function addTrust(program: Command, terminal: Terminal): void {
  const trust = program.command('trust').description('whose tokens are taken for which service: jobs of a CI, pods of a cluster')
  withExamples(
    withDoor(trust.command('add').description('take tokens of somebody else for a service; each counts once'))
      .requiredOption('--name <name>', 'what you call it')
      .requiredOption('--issuer <url>', 'who makes the tokens: iss, letter for letter')
      .requiredOption('--subject <sub>', 'for whom: sub, letter for letter, or its beginning with * behind a : or /')
      .requiredOption('--service <id>', 'as which service they act')
      .option('--claim <name=value>', 'another claim and its text, by name or JSON pointer; may be repeated', several, [])
      .option('--scope <scope>', 'what they may ask for; may be repeated', several, [])
      .option('--audience <audience>', 'for whom our tokens may be; may be repeated', several, [])
      .option('--assertion-audience <aud>', 'what aud has to be, if not our issuer or token endpoint')
      .option('--jwks-file <file>', 'the public keys of an issuer that cannot be reached')
      .option('--token-seconds <seconds>', 'how long our tokens live at most (900)')
      .option('--assertion-seconds <seconds>', 'how far off the end of theirs may be (3600)')
      .option('--reusable', 'their tokens count while they live, for pods that keep one in a file')
      .action((options: AddOptions) => add(options, terminal)),
    'trust add --name Deploy --issuer https://token.actions.githubusercontent.com --subject repo:acme/shop:ref:refs/heads/main --claim repository_id=74 --service svc_AQycegHYyLz4wS0f3G1cjQ --scope deploy:write',
    'trust add --name Pods --issuer https://kubernetes.default.svc --jwks-file jwks.json --subject system:serviceaccount:prod:orders --service svc_AQycegHYyLz4wS0f3G1cjQ --reusable',
  )
  withExamples(
    withDoor(trust.command('list').description('list the rules')).action((options: CommonOptions) =>
      throughDoor(options, terminal, async (door) => {
        const { trust_rules: found } = await call<{ trust_rules: readonly TrustRuleRecord[] }>(door, 'GET', PATH)
        printList(terminal, options, found, ruleColumns, 'No rules. Make one with: countersign trust add')
      }),
    ),
    'trust list',
  )
  withExamples(
    withDoor(trust.command('test').description('hold a token from standard input against the rules; it is not used up')).action(
      (options: CommonOptions) => test(options, terminal),
    ),
    'trust test < token',
  )
  withExamples(
    withDoor(trust.command('remove <id>').description('remove a rule; the tokens that were issued by it die at once')).action(
      (id: string, options: CommonOptions) =>
        throughDoor(options, terminal, async (door) => {
          await call<undefined>(door, 'DELETE', `${PATH}/${encodeURIComponent(id)}`)
          printResult(terminal, options, { removed: id }, `Removed ${id}. Its tokens are dead.`)
        }),
    ),
    'trust remove tru_19CifSkYJZ6ZzhjK5Qg71Q',
  )
}
