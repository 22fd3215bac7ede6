/** One after the other, so that no server is asked for hundreds at once. What has ended meanwhile is as it should be. */
export async function endEach(
  ids: readonly string[],
  end: (id: string) => Promise<void>,
  isGone: (error: unknown) => boolean,
): Promise<number> {
  let ended = 0
  for (const id of ids) {
    try {
      await end(id)
      ended += 1
    } catch (error) {
      if (!isGone(error)) throw error
    }
  }
  return ended
}

/** The own one last: nothing can be ended once it is over. */
export const ownLast = <S extends { readonly current: boolean }>(sessions: readonly S[]): readonly S[] => [
  ...sessions.filter(({ current }) => !current),
  ...sessions.filter(({ current }) => current),
]
