import type { BareItem, Parameters } from '../structured-field/index.ts'
import type { Fail } from './component.ts'

/** The parameters of a component (RFC 9421 sections 2.1 to 2.4). */
export interface ComponentParameters {
  readonly sf: boolean
  readonly bs: boolean
  readonly tr: boolean
  readonly req: boolean
  readonly key: string | undefined
  readonly name: string | undefined
}

type Mutable = { -readonly [Name in keyof ComponentParameters]: ComponentParameters[Name] }

/** @throws {ComponentError} A parameter that is unknown (section 3.2: it must be understood), or of another type than it has. */
export function parametersOf(parameters: Parameters, fail: Fail): ComponentParameters {
  const found: Mutable = { sf: false, bs: false, tr: false, req: false, key: undefined, name: undefined }
  for (const [name, value] of parameters) {
    if (name === 'sf' || name === 'bs' || name === 'tr' || name === 'req') found[name] = flag(value, fail)
    else if (name === 'key' || name === 'name') found[name] = text(value, fail)
    else throw fail('component_parameter')
  }
  return found
}

function flag(value: BareItem, fail: Fail): true {
  if (value.type !== 'boolean' || !value.value) throw fail('component_parameter')
  return true
}

function text(value: BareItem, fail: Fail): string {
  if (value.type !== 'string') throw fail('component_parameter')
  return value.value
}
