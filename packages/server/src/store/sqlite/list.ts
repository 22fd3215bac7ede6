/** A list of texts as the tables hold it: JSON. */
export const formatList = (list: readonly string[]): string => (list.length === 0 ? '[]' : JSON.stringify(list))

/** Nothing but `formatList` writes these columns, so the cast holds. */
export const parseList = (json: string): readonly string[] => (json === '[]' ? [] : (JSON.parse(json) as string[]))
