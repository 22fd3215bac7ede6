import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { returnAddress } from './return-address.ts'

const issuer = 'https://auth.example'
const origins = ['https://app.example', 'http://localhost:3000']

const allowed: ReadonlyArray<readonly [asked: string, address: string]> = [
  ['/account', '/account'],
  ['/', '/'],
  ['/account?tab=1#keys', '/account?tab=1#keys'],
  ['/a/../account', '/account'],
  ['/path?next=https://evil.example', '/path?next=https://evil.example'],
  ['/@evil.example', '/@evil.example'],
  ['https://auth.example/account', 'https://auth.example/account'],
  ['https://app.example', 'https://app.example/'],
  ['https://app.example/orders?id=7', 'https://app.example/orders?id=7'],
  ['https://APP.example/orders', 'https://app.example/orders'],
  ['http://localhost:3000/back', 'http://localhost:3000/back'],
]

const refused: ReadonlyArray<string | undefined> = [
  undefined,
  '',
  'account',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\/evil.example',
  '/.//evil.example',
  '/..//evil.example',
  '/a/..//evil.example',
  '/%2e//evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  ' /account',
  '/account ',
  '\u0000/account',
  'https://evil.example',
  'https://app.example.evil.example',
  'https://app.example@evil.example',
  'https://user@app.example/',
  'https://user:secret@app.example/',
  'http://app.example',
  'https://app.example:8443',
  'https:/\\evil.example',
  'https:evil.example',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'data:text/html,x',
  'blob:https://app.example/1',
  'mailto:a@b.example',
  'null',
  'https://',
  'https://[',
  'https://äpp.example',
  `/${'x'.repeat(1024)}`,
]

suite('return addresses', () => {
  for (const [asked, address] of allowed) {
    test(`[J02] ${asked} is returned to`, () => assert.equal(returnAddress(asked, issuer, origins), address))
  }
  for (const asked of refused) {
    test(`[J02] ${JSON.stringify(asked)?.slice(0, 40)} is not`, () => assert.equal(returnAddress(asked, issuer, origins), undefined))
  }
})
