import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from '../core/index.ts'
import { clearCookie, type CookieAttributes, CookieTooLong, readCookie, setCookie } from './index.ts'

test('[C08] a cookie is secure, hidden from scripts and of this site unless something else is said', () => {
  assert.equal(setCookie('theme', 'dark'), 'theme=dark; Path=/; Secure; HttpOnly; SameSite=Lax')
  assert.equal(
    setCookie('theme', 'dark', { path: '/app', domain: 'example.com', maxAgeSeconds: 60, httpOnly: false, sameSite: 'none' }),
    'theme=dark; Path=/app; Domain=example.com; Max-Age=60; Secure; SameSite=None',
  )
  assert.equal(clearCookie('__Host-a', { sameSite: 'strict' }), '__Host-a=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict')
})

const mistakes: ReadonlyArray<readonly [what: string, name: string, value: string, attributes?: CookieAttributes]> = [
  ['a name with a space', 'a b', 'x'],
  ['an empty name', '', 'x'],
  ['a name with an equals sign', 'a=b', 'x'],
  ['a semicolon in the value', 'a', 'x; Domain=evil.example'],
  ['a line break in the value', 'a', 'x\r\nset-cookie: b=c'],
  ['a space in the value', 'a', 'x y'],
  ['a comma in the value', 'a', 'x,y'],
  ['a quotation mark in the value', 'a', '"x"'],
  ['what is not ASCII in the value', 'a', 'é'],
  ['an attribute in the path', 'a', 'x', { path: '/; Domain=evil.example' }],
  ['a path that does not begin at the root', 'a', 'x', { path: 'app' }],
  ['an attribute in the domain', 'a', 'x', { domain: 'example.com; Secure' }],
  ['a domain with a dot in front', 'a', 'x', { domain: '.example.com' }],
  ['half a second', 'a', 'x', { maxAgeSeconds: 0.5 }],
  ['a negative life', 'a', 'x', { maxAgeSeconds: -1 }],
  ['__Host- with a domain', '__Host-a', 'x', { domain: 'example.com' }],
  ['__Host- with a path', '__Host-a', 'x', { path: '/app' }],
  ['__Host- without Secure', '__Host-a', 'x', { secure: false }],
  ['__host- in small letters without Secure', '__host-a', 'x', { secure: false }],
  ['__Secure- without Secure', '__Secure-a', 'x', { secure: false }],
  ['SameSite=None without Secure', 'a', 'x', { sameSite: 'none', secure: false }],
]
for (const [what, name, value, attributes] of mistakes) {
  test(`[C08] a cookie with ${what} is refused, and the message does not hold its value`, () => {
    assert.throws(
      () => setCookie(name, value, attributes),
      (error) => error instanceof TypeError || error instanceof RangeError,
    )
  })
}

test('[C08] name and value have 4,096 characters at most, and what is longer is said by its name and length alone', () => {
  assert.ok(setCookie('abcdef', 'x'.repeat(4_090)))
  assert.throws(
    () => setCookie('abcdef', 'x'.repeat(4_091)),
    (error) => error instanceof CookieTooLong && error.cookie === 'abcdef' && error.length === 4_097 && !error.message.includes('xx'),
  )
})

test('[C08] a cookie is found by its exact name, and is not decoded or unquoted', () => {
  assert.equal(readCookie(undefined, 'a'), undefined)
  assert.equal(readCookie('', 'a'), undefined)
  assert.equal(readCookie('b=1; a=2; c=3', 'a'), '2')
  assert.equal(readCookie('a=x=y', 'a'), 'x=y')
  assert.equal(readCookie('a="%41"', 'a'), '"%41"')
  assert.equal(readCookie('A=1; xa=2; a', 'a'), undefined)
})

test('[C08] a cookie that is there twice is refused', () => {
  for (const header of ['a=1; a=2', 'a=1; b=2; a=1', 'a=; a=']) {
    assert.throws(
      () => readCookie(header, 'a'),
      (error) => error instanceof AuthError && error.code === 'credential_malformed',
    )
  }
})
