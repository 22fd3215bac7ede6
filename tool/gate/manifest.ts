import { filesOf, read } from '../tree.ts'
import type { Gate, Verdict } from './gate.ts'

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly workspaces?: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const manifests = (): { path: string; manifest: Manifest }[] =>
  filesOf(['package.json', 'packages/*/package.json', 'bench/package.json']).map((path) => ({
    path,
    manifest: JSON.parse(read(path)) as Manifest,
  }))

const locks = (): string[] => filesOf(['package-lock.json', 'bench/package-lock.json'])

/** A lock that names a host ties every install to it, and tells where it was made. */
const hostFindings = (): string[] =>
  locks().flatMap((path) => {
    const named = /"resolved": "[a-z+]*:\/\/[^"]*"/.exec(read(path))
    return named === null ? [] : [`${path} names a host: ${named[0]}; make it again with omit-lockfile-registry-resolved=true`]
  })

const versionFindings = (): string[] => {
  const seen = new Map<string, { version: string; path: string }>()
  const findings: string[] = []
  for (const { path, manifest } of manifests()) {
    const wanted = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
    for (const [name, version] of Object.entries(wanted)) {
      // The bench measures the sources, not a published version.
      if (version.startsWith('file:')) continue
      if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)) findings.push(`${path} wants ${name} ${version}: name one exact version`)
      const first = seen.get(name)
      if (first === undefined) seen.set(name, { version, path })
      else if (first.version !== version) findings.push(`${name} is ${first.version} in ${first.path} and ${version} in ${path}`)
    }
  }
  return findings
}

const releaseFindings = (): string[] => {
  const released = manifests().filter(({ path }) => path !== 'bench/package.json')
  const version = released[0]?.manifest.version
  const findings = released
    .filter(({ manifest }) => manifest.version !== version)
    .map(({ path, manifest }) => `${path} has version ${manifest.version ?? ''}, not ${version ?? ''}`)
  if (version !== undefined && !read('CHANGELOG.md').includes(`## ${version}`)) findings.push(`CHANGELOG.md has no section for ${version}`)
  const server = released.find(({ manifest }) => manifest.name === '@countersign/server')?.manifest
  if (server?.dependencies?.['countersign'] !== version)
    findings.push('@countersign/server must depend on the countersign of its own version')
  return findings
}

const dependencyFindings = (): string[] => {
  const page = read('doc/dependencies.md')
  const names = new Set(
    manifests()
      .filter(({ path }) => path !== 'bench/package.json')
      .flatMap(({ manifest }) => Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies })),
  )
  return [...names]
    .filter((name) => name !== 'countersign' && !page.includes(`\`${name}\``))
    .map((name) => `doc/dependencies.md has no line for ${name}`)
}

export const manifestGate: Gate = {
  name: 'manifests',
  why: 'One exact version of each package, one version for the release, no registry host in a lock file.',
  check: (): Promise<Verdict> =>
    Promise.resolve({ problems: [...hostFindings(), ...versionFindings(), ...releaseFindings(), ...dependencyFindings()] }),
}
