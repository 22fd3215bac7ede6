import type { Bench, Row, Settings, Table } from '../bench.ts'
import { type Candidate, interleave } from '../harness/interleave.ts'
import { candidate } from '../peer/candidate.ts'
import { fastJwt } from '../peer/fast-jwt.ts'
import { jose } from '../peer/jose.ts'
import { jsonwebtoken } from '../peer/jsonwebtoken.ts'
import { primitives } from '../peer/node-crypto.ts'
import { countersign } from '../subject/access-token.ts'
import { type Algorithm, algorithms, type KeyMaterial, newClaims, newKey, signingInput } from '../subject/material.ts'
import { algorithmTable, libraryRows } from './algorithm-table.ts'

const POOL = 256
const libraries = [countersign, fastJwt, jose, jsonwebtoken]

function primitiveCandidates(key: KeyMaterial): readonly Candidate[] {
  const pool = Array.from({ length: POOL }, () => signingInput(key, newClaims()))
  return primitives(key).map((primitive) => candidate(primitive.label, pool, { kind: 'sync', call: (input) => primitive.sign(input) }))
}

async function measure(algorithm: Algorithm, settings: Settings): Promise<readonly Row[]> {
  settings.log(`sign ${algorithm} …`)
  const key = newKey(algorithm)
  const pool = Array.from({ length: POOL }, () => newClaims())
  const able = libraries.filter((library) => library.algorithms.includes(algorithm))
  const candidates = await Promise.all(able.map(async (library) => candidate(library.label, pool, await library.signer(key))))
  const pace = settings.quick ? { rounds: 5, roundMs: 20 } : { rounds: 21, roundMs: 60 }
  return libraryRows(await interleave([...primitiveCandidates(key), ...candidates], pace))
}

export const sign: Bench = {
  title: 'one access token signed, from claims to compact text',
  async run(settings) {
    const tables: Table[] = []
    for (const algorithm of algorithms) {
      if (settings.only !== undefined && !algorithm.includes(settings.only)) continue
      tables.push(algorithmTable(`${algorithm}: sign`, await measure(algorithm, settings)))
    }
    return {
      tables,
      notes: [
        'node:crypto signs bytes that lie ready with a KeyObject and encodes nothing. "of quickest" compares with the quickest such form.',
        'The others take a claims object with 13 members, write header and claims, sign, and encode. jose is asynchronous: its time includes the thread pool.',
      ],
    }
  },
}
