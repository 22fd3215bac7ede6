/** Ends a command with a sentence for a person: what happened, and what to do. */
export class Failure extends Error {
  /** 1: refused or failed. 2: called in a wrong way. */
  readonly exitCode: 1 | 2
  readonly hint: string | undefined
  /** The refusal behind it, when the server has refused. */
  readonly code: string | undefined

  constructor(message: string, hint?: string, exitCode: 1 | 2 = 1, code?: string) {
    super(message)
    this.name = 'Failure'
    this.hint = hint
    this.exitCode = exitCode
    this.code = code
  }
}

export const misuse = (message: string, hint?: string): Failure => new Failure(message, hint, 2)

/** Ends a command with the exit code of the program that it has run, which has said for itself what there was to say. */
export class ProgramEnded extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super('the program has ended')
    this.name = 'ProgramEnded'
    this.exitCode = exitCode
  }
}
