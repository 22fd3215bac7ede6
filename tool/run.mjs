// Runs every command of this repository: `node tool/run.mjs <command> [arguments]`.
//
// Without it a fresh clone would need three things known by heart: `npm ci`, a Node that runs TypeScript (the shell's may be
// older), and the flag that makes the packages resolve to their sources. So this one file is plain JavaScript and needs nothing
// but Node 20: it installs what is missing, picks the Node pinned in package.json, and runs the command on it.
// Standard output belongs to the command; what this file has to say goes to standard error.

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const OLDEST = [24, 19]
const LONGEST_INSTALL_MS = 600_000

/** Command → the file that is run, its first arguments, and whether it needs the console. */
const commands = {
  serve: { entry: 'packages/server/src/cli/main.ts', first: ['serve'], serves: true },
  countersign: { entry: 'packages/server/src/cli/main.ts' },
  demo: { entry: 'example/demo/main.ts', serves: true },
  bench: { entry: 'bench/src/main.ts' },
  test: { entry: 'tool/test.ts', serves: true },
  build: { entry: 'tool/build.ts', serves: true },
  check: { entry: 'tool/check.ts', serves: true },
  'check:rows': { entry: 'tool/check-rows.ts' },
  format: { entry: 'node_modules/@biomejs/biome/bin/biome', first: ['format', '--write', '.'] },
}

const say = (line) => process.stderr.write(`${line}\n`)

const fail = (line) => {
  say(line)
  process.exit(1)
}

const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages

/** Whether node_modules holds exactly what package-lock.json names. npm writes its own record last, so half an install counts as none. */
const installed = () => {
  const record = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const present = packagesOf(record)
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(([path, wanted]) => {
    if (path === '') return true
    const found = present[path]
    // Absent and optional: made for another platform.
    if (found === undefined) return wanted.optional === true
    return found.version === wanted.version && found.integrity === wanted.integrity
  })
}

const alive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Whoever wrote the mark is gone, or has held it for longer than any install takes. */
const abandoned = (mark) => {
  try {
    return !alive(Number(readFileSync(mark, 'utf8'))) || Date.now() - statSync(mark).mtimeMs > LONGEST_INSTALL_MS
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    return false
  }
}

/** Two commands started at once on a fresh clone must not both rewrite node_modules: the second waits for the first. */
const alone = (task) => {
  const mark = join(root, '.cache', 'installing')
  mkdirSync(dirname(mark), { recursive: true })
  for (;;) {
    try {
      writeFileSync(mark, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (abandoned(mark)) rmSync(mark, { force: true })
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  }
  process.once('exit', () => rmSync(mark, { force: true }))
  task()
  rmSync(mark, { force: true })
}

const npm = (args) => {
  // Under `npm run` the first `node` on the path is the one inside node_modules, which `npm ci` removes while it runs.
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'))
  const options = { cwd: root, env: { ...process.env, PATH: path.join(delimiter) }, encoding: 'utf8' }
  const { npm_execpath: script, npm_node_execpath: outer } = process.env
  if (script?.endsWith('.js')) return spawnSync(outer ?? process.execPath, [script, ...args], options)
  return process.platform === 'win32' ? spawnSync('npm.cmd', args, { ...options, shell: true }) : spawnSync('npm', args, options)
}

const install = () => {
  if (installed()) return
  alone(() => {
    if (installed()) return
    say('Installing the packages of package-lock.json …')
    const result = npm(['ci', '--loglevel=error', '--no-audit', '--no-fund', '--ignore-scripts'])
    if (result.status !== 0) fail(`npm ci failed:\n${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`)
  })
}

/** Whether what the console was last built from is what stands there now. */
const consoleStamp = () => {
  const hash = createHash('sha256')
  const folder = join(root, 'packages/console')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.name.includes('.test.'),
  )
  const paths = files.map((entry) => join(entry.parentPath ?? entry.path, entry.name)).filter((path) => !path.includes('node_modules'))
  for (const path of [...paths.sort(), join(root, 'package-lock.json')]) hash.update(`${relative(root, path)}\n`).update(readFileSync(path))
  return hash.digest('hex')
}

/** The console is served as it was built: by whoever starts a server, and again only when something in it has changed. */
const buildConsole = (node) => {
  const mark = join(root, 'packages/server/asset/console/stamp')
  const isBuilt = () => existsSync(mark) && readFileSync(mark, 'utf8') === consoleStamp()
  if (isBuilt()) return
  alone(() => {
    if (isBuilt()) return
    const stamp = consoleStamp()
    const result = spawnSync(node, [join(root, 'node_modules/vite/bin/vite.js'), 'build', 'packages/console', '--logLevel', 'warn'], {
      cwd: root,
      encoding: 'utf8',
    })
    if (result.status !== 0) fail(`The console does not build:\n${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`)
    writeFileSync(mark, stamp)
  })
}

const recent = (version) => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}

const pinnedNode = () => {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const binary = join(root, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(binary)) return binary
  if (recent(process.versions.node)) return process.execPath
  return fail(
    `Countersign needs Node ${OLDEST.join('.')} or newer on ${process.platform} ${process.arch}; this is ${process.versions.node}.`,
  )
}

const parentOf = (pid) => {
  try {
    return /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  } catch {
    return undefined
  }
}

/** Calls back when npm, or the shell that it put between itself and us, has ended: neither passes a signal on. */
const onOrphaned = (tell) => {
  if (process.env.npm_lifecycle_event === undefined) return
  const shell = process.ppid
  const npmItself = parentOf(shell)
  const watch = setInterval(() => {
    if (process.ppid === shell && parentOf(shell) === npmItself) return
    clearInterval(watch)
    tell()
  }, 100)
}

/** Runs the command as if it were this process: its terminal, its signals, its exit code. */
const run = (node, args) => {
  const env = { ...process.env, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'node') }
  const child = spawn(node, args, { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends its interrupt to the child as well; twice would mean "at once".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  onOrphaned(() => child.kill('SIGTERM'))
  child.on('error', (error) => fail(error.message))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

const [name = '', ...rest] = process.argv.slice(2)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined
if (command === undefined) fail(`Usage: node tool/run.mjs ${Object.keys(commands).join('|')} [arguments]`)

install()
const node = pinnedNode()
if (command.serves === true || rest[0] === 'serve') buildConsole(node)
run(node, ['--conditions=source', join(root, command.entry), ...(command.first ?? []), ...rest])
