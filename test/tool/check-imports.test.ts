import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkImports } from '../../tool/check-imports.ts'

const forbidden: readonly [what: string, path: string, text: string, finding: RegExp][] = [
  [
    'an upward import',
    'packages/countersign/src/token/x.ts',
    "import { a } from '../revocation/entry.ts'",
    /token may not import revocation/,
  ],
  ['an upward import of a type', 'packages/countersign/src/core/x.ts', "import type { A } from '../key/jwk.ts'", /core may not import key/],
  ['an upward re-export', 'packages/countersign/src/core/x.ts', "export * from '../key/jwk.ts'", /core may not import key/],
  [
    'an upward dynamic import',
    'packages/countersign/src/client/x.ts',
    "const a = await import('../feed/feed.ts')",
    /client may not import feed/,
  ],
  ['a dynamic import of a computed name', 'packages/server/src/account/x.ts', 'await import(name)', /imports a computed name/],
  [
    'a driver in a domain',
    'packages/server/src/session/x.ts',
    "import { DatabaseSync } from 'node:sqlite'",
    /may not import the package node:sqlite/,
  ],
  ['a Node module in the client', 'packages/countersign/src/client/x.ts', "import 'node:fs'", /may not import the package node:fs/],
  [
    'a package in the library',
    'packages/countersign/src/token/x.ts',
    "import { jwtVerify } from 'jose'",
    /may not import the package jose/,
  ],
  [
    'the other package by its path',
    'packages/server/src/server/x.ts',
    "import { a } from '../../../countersign/src/core/x.ts'",
    /leaves its package/,
  ],
  [
    'the composition from below',
    'packages/countersign/src/verifier/x.ts',
    "import { a } from '../index.ts'",
    /may not import the composition/,
  ],
  [
    'an import over several lines',
    'packages/countersign/src/core/x.ts',
    "import {\n  a,\n  b,\n} from '../key/jwk.ts'",
    /x\.ts:1 core may not import key/,
  ],
  ['a folder without a row', 'packages/server/src/billing/x.ts', 'export {}', /without a row/],
  ['a folder named after nothing', 'packages/server/src/server/utils/x.ts', 'export {}', /named after nothing: utils/],
  ['an import without its ending', 'packages/countersign/src/core/x.ts', "import { a } from './id'", /with the ending/],
]

for (const [what, path, text, finding] of forbidden) {
  test(`the import table refuses ${what}`, () => {
    const findings = checkImports([{ path, text }])
    assert.equal(findings.length, 1, findings.join('\n'))
    assert.match(findings[0] ?? '', finding)
  })
}

const allowed: readonly [what: string, path: string, text: string][] = [
  [
    'a folder that the row names',
    'packages/countersign/src/token/x.ts',
    "import { a } from '../core/id.ts'\nimport { b } from '../key/jwk.ts'",
  ],
  [
    'the words of an import in a comment',
    'packages/countersign/src/core/x.ts',
    "// import { a } from '../key/jwk.ts'\n/* import('jose') */",
  ],
  ['the words of an import in a string', 'packages/countersign/src/core/x.ts', 'const a = "import { a } from \'jose\'"'],
  ['the words of an import in a template', 'packages/countersign/src/core/x.ts', "const a = `${1 + 1} import('jose') `"],
  ['a Node module in a test', 'packages/countersign/src/client/x.test.ts', "import { test } from 'node:test'"],
]

for (const [what, path, text] of allowed) {
  test(`the import table allows ${what}`, () => assert.deepEqual(checkImports([{ path, text }]), []))
}
