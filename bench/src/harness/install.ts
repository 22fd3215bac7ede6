import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder with the package.json of the peers. */
export const benchFolder: string = fileURLToPath(new URL('../../', import.meta.url))

/** npm writes this file last: when it is younger than the lock, what the lock names is there. */
function installed(): boolean {
  try {
    return statSync(`${benchFolder}node_modules/.package-lock.json`).mtimeMs >= statSync(`${benchFolder}package-lock.json`).mtimeMs
  } catch {
    return false
  }
}

/** Installs the peers by the lock, unless they are there. */
export async function installPeers(log: (line: string) => void): Promise<void> {
  if (installed()) return
  log('Installing the libraries to compare with (first run only) …')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const child = spawn(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: benchFolder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`npm ci in bench/ ended with ${code}`)
}

/** The version of a peer that is installed here. */
export function peerVersion(name: string): string {
  const manifest: unknown = JSON.parse(readFileSync(`${benchFolder}node_modules/${name}/package.json`, 'utf8'))
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version)
  throw new Error(`no version in the manifest of ${name}`)
}

/**
 * Imports a peer that the root's type check cannot see, because a normal clone does not install it. `Shape` states the
 * part that is called here; the bench that uses it would fail at once if it were wrong.
 */
export async function importPeer<Shape>(name: string): Promise<Shape> {
  const loaded: unknown = await import(name)
  return loaded as Shape
}
