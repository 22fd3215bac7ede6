/** A form that comes back: what was typed, and what is wrong with it. */
export interface FormState {
  readonly form: string
  /** Of the fields that keep it. */
  readonly values: Readonly<Record<string, string>>
  /** By field, in the reader's language. */
  readonly errors: Readonly<Record<string, string>>
  /** The headline: what did not work. */
  readonly failed: string
  /** Why, where that is no field's fault. */
  readonly reason: string | undefined
  readonly code: string
}
