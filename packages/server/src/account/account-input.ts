import { AuthError, type RefusalDetail } from 'countersign/core'
import { ROLE_FORM } from '../credential/index.ts'

/** What the rules of this page say of a value. The finding names the member (RFC 6901) and the rule, by which pages say it in other words; never the value. */
const invalid = (pointer: string, problem: string, rule: RefusalDetail = {}): AuthError =>
  new AuthError('request_invalid', { pointer, problem, ...rule })

const MAXIMUM_EMAIL = 254
const MAXIMUM_LOCAL_PART = 64
const MINIMUM_PASSWORD = 8
const MAXIMUM_PASSWORD = 256
const MAXIMUM_PASSWORD_BYTES = 1024
const MAXIMUM_NAME = 200
const MAXIMUM_LABELS = 64
const MAXIMUM_GROUP = 200

/** @returns the address trimmed, or undefined when it cannot be one. Proves nothing: a letter to it does. */
export function emailOf(input: string): string | undefined {
  const email = input.trim()
  const at = email.indexOf('@')
  const isOne = at > 0 && at <= MAXIMUM_LOCAL_PART && at < email.length - 1 && at === email.lastIndexOf('@')
  const isPlain = email.length <= MAXIMUM_EMAIL && email.isWellFormed() && !/[\s\p{Cc}\p{Cf}]/u.test(email)
  return isOne && isPlain ? email : undefined
}

/** @throws {AuthError} `request_invalid`. */
export function checkedEmail(input: string): string {
  const email = emailOf(input)
  if (email === undefined) throw invalid('/email', 'must be an e-mail address of at most 254 characters', { rule: 'email' })
  return email
}

/** The rule for a password that is being set. @throws {AuthError} `request_invalid`. */
export function checkNewPassword(password: string, pointer: string = '/password'): void {
  checkPassword(password, pointer)
  const characters = [...password.normalize('NFC')].length
  if (characters < MINIMUM_PASSWORD || characters > MAXIMUM_PASSWORD) {
    const rule = { rule: 'password_length', least: MINIMUM_PASSWORD, most: MAXIMUM_PASSWORD }
    throw invalid(pointer, `must have ${MINIMUM_PASSWORD} to ${MAXIMUM_PASSWORD} characters`, rule)
  }
}

/** The rule for a password that is being tried: only what bounds the work. @throws {AuthError} `request_invalid`. */
export function checkPassword(password: string, pointer: string = '/password'): void {
  const isBounded = password.length <= MAXIMUM_PASSWORD_BYTES && Buffer.byteLength(password) <= MAXIMUM_PASSWORD_BYTES
  if (password === '' || !isBounded) throw invalid(pointer, `must have 1 to ${MAXIMUM_PASSWORD_BYTES} bytes`)
  // Half a surrogate pair has no UTF-8: different passwords would become one.
  if (password.includes('\0') || !password.isWellFormed())
    throw invalid(pointer, 'must not contain NUL or half a surrogate pair', { rule: 'password_characters' })
}

/** @throws {AuthError} `request_invalid`. */
export function checkedName(input: string | undefined): string | undefined {
  const name = input?.trim()
  if (name === undefined || name === '') return undefined
  if (name.length > MAXIMUM_NAME || !isPrintable(name))
    throw invalid('/name', `must have at most ${MAXIMUM_NAME} printable characters`, { rule: 'name', most: MAXIMUM_NAME })
  return name
}

/** Without repetitions, in the order given. @throws {AuthError} `request_invalid`. */
export function checkedRoles(roles: readonly string[]): readonly string[] {
  if (!roles.every((role) => ROLE_FORM.test(role))) throw invalid('/roles', `each must match ${ROLE_FORM.source}`)
  return checkedLabels(roles, '/roles')
}

/** Without repetitions, in the order given. @throws {AuthError} `request_invalid`. */
export function checkedGroups(groups: readonly string[]): readonly string[] {
  const areIds = groups.every((group) => group !== '' && group.length <= MAXIMUM_GROUP && isPrintable(group))
  if (!areIds) throw invalid('/groups', `each must have 1 to ${MAXIMUM_GROUP} printable characters`)
  return checkedLabels(groups, '/groups')
}

function checkedLabels(labels: readonly string[], pointer: string): readonly string[] {
  const once = [...new Set(labels)]
  if (once.length > MAXIMUM_LABELS) throw invalid(pointer, `must be at most ${MAXIMUM_LABELS}`)
  return once
}

const isPrintable = (text: string): boolean => text.isWellFormed() && !/\p{Cc}/u.test(text)
