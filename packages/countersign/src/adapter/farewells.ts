/** A turn of the event loop is then tens of milliseconds long at most. More in it would be told sooner, and all else of the process later. */
const AT_ONCE = 1000

/**
 * What is told to connections that have ended. Where thousands end at once, telling them takes a while, and the process has other things to
 * do meanwhile: so they are told in slices, the first as soon as all of them have ended.
 *
 * Shuts nothing: who gives a farewell here has shut the connection already, in both directions.
 */
export class Farewells {
  readonly #waiting: (() => void)[] = []
  #areOnTheirWay = false

  say(farewell: () => void): void {
    this.#waiting.push(farewell)
    if (this.#areOnTheirWay) return
    this.#areOnTheirWay = true
    queueMicrotask(() => this.#saySome())
  }

  #saySome(): void {
    for (const farewell of this.#waiting.splice(0, AT_ONCE)) {
      try {
        farewell()
      } catch {
        // What cannot be told must not keep the others from being told.
      }
    }
    this.#areOnTheirWay = this.#waiting.length > 0
    if (this.#areOnTheirWay) setImmediate(() => this.#saySome())
  }
}

/** One for the process: it is the process's time that is shared. */
export const farewells: Farewells = new Farewells()
