import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem } from 'node:os'
import { benchFolder, peerVersion } from './install.ts'

export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  readonly openssl: string
  /** Of the libraries compared with. */
  readonly versions: Readonly<Record<string, string>>
}

function peers(): readonly string[] {
  const manifest: unknown = JSON.parse(readFileSync(`${benchFolder}package.json`, 'utf8'))
  if (typeof manifest !== 'object' || manifest === null || !('dependencies' in manifest))
    throw new Error('bench/package.json names no peers')
  return Object.keys(manifest.dependencies ?? {})
}

export function machine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    openssl: process.versions.openssl,
    versions: Object.fromEntries(peers().map((name) => [name, peerVersion(name)])),
  }
}
