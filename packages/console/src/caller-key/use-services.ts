import { useList } from '../api/query.ts'
import { listServices, type Service } from '../api/service.ts'

/** For their names; undefined while they are not there. */
export const useServices = (): readonly Service[] | undefined => useList(['services', 'list'], listServices).data
