import { mkdir, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { LeafCounter } from '../signature/index.ts'

const NAME = /^leaf-(\d{1,8})$/

/**
 * Counts the leaves of a one-time key in a folder of its own: one empty file for each leaf, made before the leaf is used. Whoever makes
 * the file first has the leaf, so that processes may share the folder; it is on the disk before `take` resolves.
 *
 * A folder that is set back to an older state (a backup, a copied machine image) hands out leaves again, which gives the key away: after
 * that, make the key of the next generation.
 *
 * @param path Made when it is missing. Of one key only.
 */
export function leafFolder(path: string): LeafCounter {
  let next: number | undefined
  return Object.freeze({
    async take(): Promise<number> {
      next ??= await firstFree(path)
      for (;;) {
        const leaf = next++
        if (await claim(path, leaf)) return leaf
      }
    },
  })
}

async function firstFree(path: string): Promise<number> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  const used = (await readdir(path)).map((name) => Number(NAME.exec(name)?.[1] ?? -1))
  return used.reduce((highest, leaf) => Math.max(highest, leaf), -1) + 1
}

/** @returns whether nobody had it. */
async function claim(path: string, leaf: number): Promise<boolean> {
  try {
    const file = await open(join(path, `leaf-${leaf}`), 'wx', 0o600)
    await file.close()
  } catch (error) {
    if (isTaken(error)) return false
    throw error
  }
  // A new name is on the disk only when its folder is.
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
  return true
}

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST'
