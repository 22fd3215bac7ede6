import { Problem } from '../api/request.ts'

/** The sentence for one field of a form: of `/name`, and of what lies within it. */
export const faultOf = (error: unknown, name: string): string | undefined =>
  error instanceof Problem ? error.errors.find(({ pointer }) => isWithin(pointer, name))?.detail : undefined

const isWithin = (pointer: string, name: string): boolean => {
  const own = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
  return pointer === own || pointer.startsWith(`${own}/`)
}

/** The name of the field that a pointer is about: its first part. */
export const fieldName = (pointer: string): string => (pointer.split('/')[1] ?? '').replaceAll('~1', '/').replaceAll('~0', '~')
