import type { AccessKey } from '../api/access-key.ts'
import { accessKeyText } from '../message/en/access-key.ts'

const titles: Readonly<Record<string, string>> = accessKeyText.kinds

/** A temporary key is that before anything else. */
export const kindOf = ({ kind, temporary }: Pick<AccessKey, 'kind' | 'temporary'>): string => (temporary ? 'temporary' : kind)

export const kindTitle = (key: Pick<AccessKey, 'kind' | 'temporary'>): string => titles[kindOf(key)] ?? key.kind
