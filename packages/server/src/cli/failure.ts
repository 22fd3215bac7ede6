/** Ends a command with a sentence for a person: what happened, and what to do. */
export class Failure extends Error {
  /** 1: refused or failed. 2: called in a wrong way. */
  readonly exitCode: 1 | 2
  readonly hint: string | undefined

  constructor(message: string, hint?: string, exitCode: 1 | 2 = 1) {
    super(message)
    this.name = 'Failure'
    this.hint = hint
    this.exitCode = exitCode
  }
}

export const misuse = (message: string, hint?: string): Failure => new Failure(message, hint, 2)
