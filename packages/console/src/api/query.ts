import { QueryCache, QueryClient, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { Problem } from './request.ts'
import { byServer } from './server-clock.ts'

export interface Loaded<T> {
  /** What was loaded last; undefined before that. It stays when a later load fails. */
  readonly data: T | undefined
  readonly error: Error | undefined
  /** When `data` arrived, in milliseconds since 1970, by the clock of the server. */
  readonly updatedAt: number | undefined
  readonly refetch: () => void
}

export interface LoadOptions {
  /** What was known of it before is not shown again: it is what somebody decides by. */
  readonly isFresh?: boolean
  /** How often it is loaded again while somebody looks, in milliseconds. */
  readonly liveMs?: number
  /** false: not yet. */
  readonly enabled?: boolean
}

export interface PageOfRows<T> {
  readonly items: readonly T[]
  /** What the next page comes after; null on the last one. */
  readonly next: string | null
}

export interface Pages<T> {
  readonly rows: readonly T[] | undefined
  readonly error: Error | undefined
  readonly more: { readonly has: boolean; readonly load: () => void; readonly busy: boolean }
  readonly updatedAt: number | undefined
  readonly refetch: () => void
}

/** Something that one request loads. Who has the same key shares it. */
export function useList<T>(key: readonly unknown[], load: (signal: AbortSignal) => Promise<T>, options?: LoadOptions): Loaded<T> {
  const { data, error, dataUpdatedAt, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => load(signal),
    refetchInterval: ({ state }) => pauseOf(options?.liveMs, state.error),
    enabled: options?.enabled ?? true,
    ...(options?.isFresh === true ? { gcTime: 0, staleTime: 0 } : {}),
  })
  return {
    data,
    error: error ?? undefined,
    updatedAt: momentOf(dataUpdatedAt),
    refetch: useCallback(() => void refetch(), [refetch]),
  }
}

/** A list that comes a page at a time. What was there stays while it is loaded under another key, so that nothing jumps. */
export function usePages<T>(
  key: readonly unknown[],
  load: (after: string | undefined, signal: AbortSignal) => Promise<PageOfRows<T>>,
  options?: LoadOptions,
): Pages<T> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    // Each of its pages is a request.
    refetchInterval: ({ state }) => pauseOf(options?.liveMs && options.liveMs * (state.data?.pages.length ?? 1), state.error),
    enabled: options?.enabled ?? true,
    placeholderData: (before) => before,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  })
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, dataUpdatedAt, refetch } = query
  return {
    rows: data,
    error: error ?? undefined,
    more: { has: hasNextPage, load: useCallback(() => void fetchNextPage(), [fetchNextPage]), busy: isFetchingNextPage },
    updatedAt: momentOf(dataUpdatedAt),
    refetch: useCallback(() => void refetch(), [refetch]),
  }
}

const momentOf = (at: number): number | undefined => (at === 0 ? undefined : byServer(at))

/** Loads again, after a change, whatever has a key that begins so. Resolves when it is there. */
export function useInvalidate(): (key: readonly unknown[]) => Promise<void> {
  const client = useQueryClient()
  return useCallback((key) => client.invalidateQueries({ queryKey: key }), [client])
}

const PATIENT_TRIES = 2

const AFTER_TROUBLE_MS = 5000

const endsByItself = (error: unknown): error is Problem =>
  error instanceof Problem && (error.status === 0 || [429, 502, 503, 504].includes(error.status))

/** Only what ends by itself is worth another try; whoever asks too much does not ask at once again. */
export const isWorthRetrying = (failures: number, error: unknown): boolean =>
  failures < PATIENT_TRIES && endsByItself(error) && error.status !== 429

/**
 * Until something is loaded again by itself: what lives, and whatever the server did not answer, as late as it says.
 *
 * @returns milliseconds; false: not at all.
 */
export function pauseOf(liveMs: number | undefined, error: unknown): number | false {
  if (!endsByItself(error)) return error === null || error === undefined ? (liveMs ?? false) : liveMs !== undefined && AFTER_TROUBLE_MS
  return Math.max(liveMs ?? 0, AFTER_TROUBLE_MS, (error.retryAfterSeconds ?? 0) * 1000)
}

/** @param onProblem Hears of every load that has failed for good. */
export const createQueries = (onProblem: (error: unknown) => void): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({ onError: onProblem }),
    defaultOptions: { queries: { staleTime: 2000, retry: isWorthRetrying, networkMode: 'always' } },
  })
