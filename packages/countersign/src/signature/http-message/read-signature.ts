import { AuthError } from '../../core/refusal.ts'
import type { RequestMessage, ResponseMessage } from '../message.ts'
import type { TimedRequestSignature } from '../request-signature.ts'
import type { Item } from '../structured-field/index.ts'
import type { SignableMessage } from './component.ts'
import { ComponentError } from './component-error.ts'
import { type ComponentList, componentList, signatureBase } from './component-list.ts'
import { bodyBinding, requireCoverage, requireParameters } from './coverage.ts'
import { HttpMessageSignature } from './http-message-signature.ts'
import { isChosen, parseSignatureInput, type SignatureInput } from './signature-input.ts'
import { scanSignatureInput } from './signature-input-scan.ts'
import type { SignaturePolicy } from './signature-policy.ts'
import { signatureValue } from './signature-value.ts'

/** Node itself refuses more than 16 KiB of all headers together. */
const MAX_FIELD_LENGTH = 8192

/**
 * Reads the RFC 9421 signature of a request and rebuilds what was signed. Proves nothing: the caller holds the time against its window,
 * finds the key, calls `check`, compares the body and claims the nonce.
 *
 * @returns `undefined` when the request carries no signature, or none that the policy means.
 * @throws {AuthError} `credential_malformed`, `signature_incomplete` (with `missing`: the component or parameter), `signature_invalid`
 *   when the message has no value of a covered component. The detail names the reason.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9421#section-3.2}
 */
export function readRequestSignature(message: RequestMessage, policy: SignaturePolicy): TimedRequestSignature | undefined {
  return readSignature(message, policy)
}

/** As `readRequestSignature`, of a response; `message.request` is what `;req` reaches into. */
export function readResponseSignature(message: ResponseMessage, policy: SignaturePolicy): TimedRequestSignature | undefined {
  return readSignature(message, policy)
}

function readSignature(message: SignableMessage, policy: SignaturePolicy): TimedRequestSignature | undefined {
  const inputText = fieldText(message, 'signature-input')
  const valueText = fieldText(message, 'signature')
  if (inputText === undefined && valueText === undefined) return undefined
  if (inputText === undefined || valueText === undefined) throw malformed('half_a_signature')
  const input = chosenInput(inputText, policy)
  if (input === undefined) return undefined
  const value = valueOf(valueText, input.label)
  requireParameters(input, policy.requireNonce)
  const list = listOf(input, policy)
  const base = baseOf(message, list, input.text)
  return new HttpMessageSignature({ input, list, base, value, body: bodyBinding(message, list, policy), known: policy.known })
}

function chosenInput(text: string, policy: SignaturePolicy): SignatureInput | undefined {
  const scanned = scanSignatureInput(text, policy.known)
  if (scanned !== undefined) return isChosen(scanned, policy) ? scanned : undefined
  try {
    return parseSignatureInput(text, policy)
  } catch (error) {
    throw malformed('signature_input', error)
  }
}

function valueOf(text: string, label: string): string {
  let value: string | undefined
  try {
    value = signatureValue(text, label)
  } catch (error) {
    throw malformed('signature', error)
  }
  // Section 3.2: every label stands in both fields.
  if (value === undefined) throw malformed('half_a_signature')
  return value
}

function listOf({ components }: SignatureInput, policy: SignaturePolicy): ComponentList {
  // A list that is known was held against this policy before it was learned.
  if ('identifiers' in components) return components
  const list = compiled(components, policy)
  requireCoverage(list, policy)
  return list
}

function compiled(items: readonly Item[], { fieldTypes }: SignaturePolicy): ComponentList {
  try {
    return componentList(items, fieldTypes)
  } catch (error) {
    throw refusalOf(error, 'credential_malformed')
  }
}

function baseOf(message: SignableMessage, { components }: ComponentList, parameters: string): string {
  try {
    return signatureBase(components, parameters, message)
  } catch (error) {
    throw refusalOf(error, 'signature_invalid')
  }
}

function refusalOf(error: unknown, code: 'credential_malformed' | 'signature_invalid'): unknown {
  if (!(error instanceof ComponentError)) return error
  return new AuthError(code, { reason: error.reason, component: error.component }, { cause: error })
}

function fieldText(message: SignableMessage, name: string): string | undefined {
  const values = message.values(name)
  if (values === undefined) return undefined
  const text = values.length === 1 ? (values[0] as string) : values.join(', ')
  if (text.length > MAX_FIELD_LENGTH) throw malformed('signature_too_long')
  return text
}

const malformed = (reason: string, cause?: unknown): AuthError =>
  new AuthError('credential_malformed', { reason }, cause === undefined ? undefined : { cause })
