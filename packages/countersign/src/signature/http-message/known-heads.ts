import type { ComponentList } from './component-list.ts'

/** How a `Signature-Input` begins: label and list. */
export interface Head {
  /** `sig1=("@method" "@target-uri")` */
  readonly text: string
  readonly label: string
  readonly list: ComponentList
}

/** A client signs alike all the time; a service has few kinds of clients. */
const MAX_HEADS = 8

/** Heads of signatures that were right, so that a stranger cannot push them out. */
export class KnownHeads {
  readonly #heads: Head[] = []
  #next = 0

  /** The head with which this `Signature-Input` begins, if it is known. */
  of(text: string): Head | undefined {
    for (let index = 0; index < this.#heads.length; index++) {
      const head = this.#heads[index] as Head
      if (text.startsWith(head.text)) return head
    }
    return undefined
  }

  learn(label: string, list: ComponentList): void {
    const text = `${label}=${list.text}`
    if (this.of(text) !== undefined) return
    this.#heads[this.#next] = { text, label, list }
    this.#next = (this.#next + 1) % MAX_HEADS
  }
}
