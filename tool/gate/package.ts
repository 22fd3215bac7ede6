import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, builtPackages } from '../build.ts'
import { bundledBytes } from '../client-size.ts'
import { command, tool } from '../command.ts'
import { repository } from '../repository.ts'
import type { Gate, Verdict } from './gate.ts'

/** What a page downloads that uses one of them. */
const clientBudgets: Readonly<Record<string, number>> = { createSessionClient: 6_144, signingFetch: 12_288, dpopFetch: 6_144 }

/** All scripts and style sheets of the console, compressed. About half is there before the first page; each other comes when it is opened. */
const CONSOLE_BUDGET = 220_000

const consoleBytes = (): number => {
  const folder = join(repository, 'packages/server/asset/console/file')
  return readdirSync(folder).reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0)
}

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const manifestOf = (path: string): Manifest => JSON.parse(readFileSync(join(repository, path, 'package.json'), 'utf8')) as Manifest

const must = async (what: string, outcome: Promise<{ code: number; output: string }>): Promise<void> => {
  const { code, output } = await outcome
  if (code !== 0) throw new Error(`${what}:\n${output.trim()}`)
}

/** npm may run on another Node than this one: whichever the shell has. */
const outsidePath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((entry) => !entry.includes('node_modules'))
  .join(delimiter)
const outside = { ...process.env, PATH: outsidePath }

const pack = async (path: string, folder: string): Promise<string> => {
  const { code, stdout, output } = await command('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: join(repository, path),
    env: outside,
  })
  if (code !== 0) throw new Error(`${path} cannot be packed:\n${output.trim()}`)
  const packed = JSON.parse(stdout) as readonly { filename: string }[] | Readonly<Record<string, { filename: string }>>
  const [first] = Object.values(packed)
  if (first === undefined) throw new Error(`${path} was packed into nothing`)
  return join(folder, first.filename)
}

const importScript = (manifest: Manifest): string => {
  const names = Object.keys(manifest.exports).map((subpath) => manifest.name + subpath.slice(1))
  return names.map((name) => `if (Object.keys(await import('${name}')).length === 0) throw new Error('${name} exports nothing')`).join('\n')
}

/** The Node of the shell, when it is another one: users of the library may be on Node 20. */
const otherNode = async (): Promise<string | undefined> => {
  const { code, stdout } = await command('node', ['-p', 'process.version + " " + process.execPath'], { env: outside })
  const [version, path] = stdout.trim().split(' ')
  return code === 0 && version !== process.version ? path : undefined
}

/** Installs the library's tarball, and nothing else, into an empty folder and imports each of its doors. */
const runLibrary = async (tarball: string, folder: string): Promise<string> => {
  const home = join(folder, 'library')
  mkdirSync(home)
  await must('npm init', command('npm', ['init', '--yes'], { cwd: home, env: outside }))
  const flags = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  await must('the library does not install by itself', command('npm', ['install', ...flags, tarball], { cwd: home, env: outside }))
  const neighbours = readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'))
  if (neighbours.join() !== 'countersign') throw new Error(`the library brought other packages along: ${neighbours.join(', ')}`)
  const manifest = manifestOf('packages/countersign')
  const args = ['--input-type=module', '--eval', importScript(manifest)]
  await must(`an export of the library cannot be imported on ${process.version}`, command(process.execPath, args, { cwd: home }))
  const other = await otherNode()
  if (other === undefined) return process.version
  await must(`an export of the library cannot be imported by ${other}`, command(other, args, { cwd: home, env: outside }))
  return `${process.version} and the shell's Node`
}

/** Unpacks both tarballs beside the packages that the server needs, and starts its command line from there. */
const runServer = async (library: string, server: string, folder: string): Promise<void> => {
  const modules = join(folder, 'server', 'node_modules')
  for (const [name, tarball] of [
    ['countersign', library],
    ['@countersign/server', server],
  ] as const) {
    const place = join(modules, name)
    mkdirSync(place, { recursive: true })
    await must(`${name} cannot be unpacked`, command('tar', ['-xzf', tarball, '-C', place, '--strip-components=1']))
  }
  for (const name of Object.keys(manifestOf('packages/server').dependencies ?? {})) {
    const target = join(modules, name)
    if (existsSync(target)) continue
    mkdirSync(dirname(target), { recursive: true })
    const nested = join(repository, 'packages/server/node_modules', name)
    symlinkSync(existsSync(nested) ? nested : join(repository, 'node_modules', name), target)
  }
  const home = join(folder, 'server')
  if (!existsSync(join(modules, '@countersign/server/asset/console/.vite/manifest.json')))
    throw new Error('the packed server has no console')
  const main = join(modules, '@countersign/server/dist/cli/main.js')
  await must('the packed command line does not start', command(process.execPath, [main, '--help'], { cwd: home }))
  const args = ['--input-type=module', '--eval', importScript(manifestOf('packages/server'))]
  await must('the packed server cannot be imported', command(process.execPath, args, { cwd: home }))
}

const lintPackage = async (path: string, tarball: string): Promise<string[]> => {
  const [published, types] = await Promise.all([
    tool('publint', ['--strict', path]),
    tool('attw', ['--profile', 'esm-only', '--format', 'ascii', tarball]),
  ])
  return [published, types].filter(({ code }) => code !== 0).map(({ output }) => `${path}: ${output.trim()}`)
}

const inspect = async (folder: string): Promise<Verdict> => {
  await build()
  const [library = '', server = ''] = await Promise.all(builtPackages.map((path) => pack(path, folder)))
  const manifest = manifestOf('packages/countersign')
  const problems = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).map(
    (name) => `the library depends on ${name}: it may depend on nothing`,
  )
  const nodes = await runLibrary(library, folder)
  await runServer(library, server, folder)
  problems.push(...(await lintPackage('packages/countersign', library)), ...(await lintPackage('packages/server', server)))
  const sizes: string[] = []
  for (const [name, budget] of Object.entries(clientBudgets)) {
    const bytes = bundledBytes(join(repository, 'packages/countersign/dist/client/index.js'), [name])
    if (bytes > budget) problems.push(`${name} is ${bytes} bytes compressed; the budget is ${budget}`)
    sizes.push(`${name} ${(bytes / 1024).toFixed(1)} kB`)
  }
  const bytes = consoleBytes()
  if (bytes > CONSOLE_BUDGET) problems.push(`the console is ${bytes} bytes compressed; the budget is ${CONSOLE_BUDGET}`)
  sizes.push(`console ${(bytes / 1024).toFixed(1)} kB`)
  return { problems, note: `runs on ${nodes}; compressed: ${sizes.join(', ')}` }
}

export const packageGate: Gate = {
  name: 'packages',
  why: 'What would be published builds, packs, installs in an empty folder and runs; the library brings no other package.',
  async check(): Promise<Verdict> {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-pack-'))
    try {
      return await inspect(folder)
    } catch (error) {
      return { problems: [error instanceof Error ? error.message : String(error)] }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
