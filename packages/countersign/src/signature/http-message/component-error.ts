export type ComponentReason =
  | 'component_malformed'
  | 'component_unknown'
  | 'component_parameter'
  | 'component_absent'
  | 'component_ambiguous'
  | 'component_repeated'
  | 'component_type_unknown'
  | 'component_value'
  | 'components_too_many'

/** A component that does not exist, or of which this message has no value. A signer sees it as it is; a verifier refuses for it. */
export class ComponentError extends RangeError {
  readonly reason: ComponentReason
  readonly component: string

  constructor(reason: ComponentReason, component: string) {
    super(`${reason}: ${component}`)
    this.name = 'ComponentError'
    this.reason = reason
    this.component = component
  }
}
