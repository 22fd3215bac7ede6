/**
 * Work in slices that leaves the event loop to others: who asks gets the next free turn of the loop, one at a time, however many ask.
 */
export class Turns {
  #last: Promise<void> = Promise.resolve()

  next(): Promise<void> {
    this.#last = this.#last.then(() => new Promise((resolve) => void setImmediate(resolve)))
    return this.#last
  }
}
