import { localVerifier } from './subject/local-verifier.ts'
import { newClaims, newKey, newToken } from './subject/material.ts'
import { VerifiedTokenCache } from '../../packages/countersign/src/verifier/verified-token-cache.ts'
const n = Number(process.argv[2] ?? 1000)
const key = newKey('ES256')
const subject = await localVerifier(key, n * 2)
const { verifier } = subject
const cache = new VerifiedTokenCache(n * 2)
const pool: Buffer[] = []
for (let i = 0; i < n; i++) { const b = Buffer.from(`Bearer ${newToken(key, newClaims(subject.position))}`, 'latin1'); pool.push(b); verifier.check({ authorization: b.latin1Slice(), cookie: undefined }); cache.add({ text: b.latin1Slice(), used: false, notAfter: 1, notBefore: 0, clearAt: 0 } as any) ; if (i % 1000 === 0) await new Promise(setImmediate) }
for (let i = pool.length - 1; i > 0; i--) { const j = Math.random() * (i + 1) | 0; [pool[i], pool[j]] = [pool[j]!, pool[i]!] }
const cases: [string, (b: Buffer) => unknown][] = [
  ['string', (b) => b.latin1Slice().length],
  ['string+find', (b) => cache.find(b.latin1Slice())],
  ['string+Date.now', (b) => b.latin1Slice().length + Date.now()],
  ['check', (b) => verifier.check({ authorization: b.latin1Slice(), cookie: undefined })],
  ['check+req', (b) => verifier.check({ authorization: b.latin1Slice(), cookie: undefined, method: 'GET', secFetchSite: undefined, origin: undefined, host: 'x', encrypted: false })],
]
const best = new Map<string, number[]>()
for (let r = 0; r < 60; r++) {
  for (const [name, f] of cases) {
    let k = (r * 7919) % n
    const t = process.hrtime.bigint()
    for (let i = 0; i < 4000; i++) { f(pool[k]!); if (++k === n) k = 0 }
    const d = Number(process.hrtime.bigint() - t) / 4000
    let a = best.get(name); if (!a) best.set(name, a = []); a.push(d)
  }
  await new Promise(setImmediate)
}
for (const [name, a] of best) { a.sort((x, y) => x - y); console.log(name.padEnd(18), 'min', a[0]!.toFixed(0), 'p25', a[15]!.toFixed(0), 'median', a[30]!.toFixed(0)) }
verifier.close()
