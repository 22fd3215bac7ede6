import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isSameName, parseDistinguishedName, subjectName } from './distinguished-name.ts'

/** Whether a name that was registered is the subject of a certificate, as Node shows it. */
function isSame(registered: string, shown: string): boolean {
  const [expected, actual] = [parseDistinguishedName(registered), subjectName(shown)]
  return expected !== undefined && actual !== undefined && isSameName(expected, actual)
}

suite('distinguished names', () => {
  // The strings of the examples of RFC 4514 section 4.
  const examples: ReadonlyArray<readonly [registered: string, shown: string]> = [
    ['UID=jsmith,DC=example,DC=net', 'DC=net\nDC=example\nUID=jsmith'],
    ['OU=Sales+CN=J.  Smith,DC=example,DC=net', 'DC=net\nDC=example\nOU=Sales + CN=J.  Smith'],
    ['CN=James \\"Jim\\" Smith\\, III,DC=example,DC=net', 'DC=net\nDC=example\nCN=James \\"Jim\\" Smith\\, III'],
    ['CN=Before\\0dAfter,DC=example,DC=net', 'DC=net\nDC=example\nCN=Before\\0DAfter'],
    ['CN=Lu\\C4\\8Di\\C4\\87', 'CN=Lučić'],
  ]

  test('the examples of RFC 4514 are the subjects that they name', () => {
    for (const [registered, shown] of examples) assert.ok(isSame(registered, shown), registered)
  })

  test('names of attributes are the same in any case and as numbers, their order within one part does not matter', () => {
    assert.ok(isSame('cn=a,2.5.4.10=b', 'O=b\nCN=a'))
    assert.ok(isSame('CN=a+OU=b', 'OU=b + CN=a'))
    assert.ok(isSame('CN=a, O=b', 'O=b\nCN=a'))
    assert.ok(isSame('2.5.4.97=PSDDE-BAFIN-1,C=DE', 'C=DE\norganizationIdentifier=PSDDE-BAFIN-1'))
  })

  test('what OpenSSL shows by a name of its own is the attribute of that number, and no other of like name', () => {
    assert.ok(isSame('2.5.4.13=a,2.5.4.41=b', 'name=b\ndescription=a'))
    assert.ok(isSame('UID=a', 'UID=a'))
    assert.ok(isSame('0.9.2342.19200300.100.1.44=a', 'uid=a'), 'uniqueIdentifier')
    assert.equal(isSame('UID=a', 'uid=a'), false)
    assert.equal(isSame('uid=a', 'uid=a'), false, 'written by people it is UID')
  })

  test('a name that is longer, shorter, in another order or case is another one', () => {
    const shown = 'C=DE\nO=Harbour\nCN=orders'
    for (const other of [
      'CN=orders',
      'CN=orders,O=Harbour',
      'C=DE,O=Harbour,CN=orders',
      'CN=Orders,O=Harbour,C=DE',
      'CN=orders+O=Harbour,C=DE',
      'CN=orders,O=Harbour,C=DE,C=DE',
      'CN=orders\\,O=Harbour,C=DE',
    ]) {
      assert.equal(isSame(other, shown), false, other)
    }
    assert.equal(isSame('CN=a,CN=b', 'CN=a\\0ACN=b'), false)
    assert.equal(isSame('CN=a+CN=b', 'CN=a \\+ CN=b'), false)
  })

  test('what is no name, or has an attribute that nobody could compare, is none', () => {
    for (const wrong of [
      '',
      'orders',
      'CN=',
      'CN=a,',
      ',CN=a',
      'CN=a;O=b',
      'nonsense=a',
      'CN=a,constructor=b',
      'description=a',
      'CN=#0401',
      'CN= a',
      'CN=a ,O=b',
      'CN=\\zz',
      'CN=\\ff',
      'CN=a"b',
    ]) {
      assert.equal(parseDistinguishedName(wrong), undefined, wrong)
    }
    assert.equal(parseDistinguishedName(`CN=${'a'.repeat(2000)}`), undefined)
    assert.equal(subjectName(''), undefined)
    assert.equal(subjectName('nonsense=a'), undefined)
  })
})
