import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

const TMPFS = 0x01021994

/** A folder of one's own for a database, removed in the end. */
export class TemporaryFolder implements Disposable {
  readonly path: string = mkdtempSync(`${tmpdir()}/countersign-bench-`)
  readonly #remove = (): void => rmSync(this.path, { recursive: true, force: true })

  constructor() {
    process.on('exit', this.#remove)
  }

  /** In memory there is no waiting for a disk: durable numbers would be too good. */
  get inMemory(): boolean {
    return statfsSync(this.path).type === TMPFS
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#remove)
    this.#remove()
  }
}
