import type { Bench, Row, Settings, Table } from '../bench.ts'
import { type Candidate, interleave } from '../harness/interleave.ts'
import { candidate } from '../peer/candidate.ts'
import { fastJwt } from '../peer/fast-jwt.ts'
import { jose } from '../peer/jose.ts'
import { jsonwebtoken } from '../peer/jsonwebtoken.ts'
import { primitives, type ReadyToken } from '../peer/node-crypto.ts'
import { countersign } from '../subject/access-token.ts'
import { type Algorithm, algorithms, type KeyMaterial, newClaims, newKey, newToken, signingInput } from '../subject/material.ts'
import { algorithmTable, libraryRows } from './algorithm-table.ts'

/** None of the candidates here remembers a token, so that each is new each time it comes round. */
const POOL = 256
const libraries = [countersign, fastJwt, jose, jsonwebtoken]

function readyToken(key: KeyMaterial): ReadyToken {
  const input = signingInput(key, newClaims())
  const primitive = primitives(key)[0]
  if (primitive === undefined) throw new Error(`no primitive for ${key.algorithm}`)
  return { input, signature: primitive.sign(input) }
}

function primitiveCandidates(key: KeyMaterial): readonly Candidate[] {
  const pool = Array.from({ length: POOL }, () => readyToken(key))
  return primitives(key).map((primitive) => {
    const call = (token: ReadyToken): boolean => {
      if (!primitive.verify(token)) throw new Error(`${primitive.label} refused a valid signature`)
      return true
    }
    return candidate(primitive.label, pool, { kind: 'sync', call })
  })
}

async function measure(algorithm: Algorithm, settings: Settings): Promise<readonly Row[]> {
  settings.log(`verify-cold ${algorithm} …`)
  const key = newKey(algorithm)
  const pool = Array.from({ length: POOL }, () => newToken(key, newClaims()))
  const able = libraries.filter((library) => library.algorithms.includes(algorithm))
  const candidates = await Promise.all(able.map(async (library) => candidate(library.label, pool, await library.verifier(key))))
  const pace = settings.quick ? { rounds: 5, roundMs: 20 } : { rounds: 21, roundMs: 60 }
  return libraryRows(await interleave([...primitiveCandidates(key), ...candidates], pace))
}

export const verifyCold: Bench = {
  title: 'one whole access-token verification of a token that was never seen',
  async run(settings) {
    const tables: Table[] = []
    for (const algorithm of algorithms) {
      if (settings.only !== undefined && !algorithm.includes(settings.only)) continue
      tables.push(algorithmTable(`${algorithm}: verify`, await measure(algorithm, settings)))
    }
    return { tables, notes: notes() }
  },
}

function notes(): readonly string[] {
  return [
    'node:crypto verifies bytes that lie ready (ES256: a DER signature) with a KeyObject: no parsing, no claims. "of quickest" compares with the quickest such form.',
    'Everyone else takes the compact token and checks signature, algorithm, issuer, audience and times; all but jsonwebtoken check the type too.',
    'Countersign alone also refuses duplicate members and non-canonical base64url, and looks the key up by its id. Nobody caches here.',
    'jose is asynchronous: its time includes the thread pool.',
  ]
}
