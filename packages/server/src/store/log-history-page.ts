import type { Position } from 'countersign/revocation'
import type { HistoryPage, PastEntries, PastEntry } from '../revocation/log-history.ts'

/** So many entries are looked at in one read: others want the database meanwhile. */
const WINDOW = 10_000
/** So many reads for one page. */
const WINDOWS = 20

/** What a database answers about past entries. */
export interface HistoryReader {
  /** Of so many entries before a position those that are selected, newest first; without a window, of all. */
  select(page: HistoryPage, window: number | undefined): Promise<readonly PastEntry[]>
  /** The position of the last of so many entries before a position; undefined when there are fewer. */
  end(before: Position, window: number): Promise<Position | undefined>
}

/** One page. However long the log is, it looks at no more than so many windows of it for what was selected by target. */
export async function historyPage(
  reader: HistoryReader,
  page: HistoryPage,
  window: number = WINDOW,
  windows: number = WINDOWS,
): Promise<PastEntries> {
  const { kind, id, limit } = page
  if (kind === undefined && id === undefined) return pageOf(await reader.select({ ...page, limit: limit + 1 }, undefined), limit, undefined)
  const found: PastEntry[] = []
  let before: Position | undefined = page.before ?? Number.MAX_SAFE_INTEGER
  for (let walked = 0; walked < windows && before !== undefined && found.length <= limit; walked++) {
    found.push(...(await reader.select({ ...page, before, limit: limit + 1 - found.length }, window)))
    before = await reader.end(before, window)
  }
  return pageOf(found, limit, before)
}

function pageOf(found: readonly PastEntry[], limit: number, rest: Position | undefined): PastEntries {
  const entries = found.slice(0, limit)
  return { entries, next: found.length > limit ? entries.at(-1)?.entry.position : rest }
}
