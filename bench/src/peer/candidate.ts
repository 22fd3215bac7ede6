import type { Candidate } from '../harness/interleave.ts'
import type { Operation } from './jwt-peer.ts'

/** Where results go, so that no work can be left out as unused. */
const sink: { last: unknown } = { last: undefined }

/** The operation over a pool of inputs, in their order, again and again. Only what is asynchronous is awaited. */
export function candidate<Input>(label: string, pool: readonly Input[], operation: Operation<Input>): Candidate {
  let at = 0
  const next = (): Input => {
    at = at + 1 === pool.length ? 0 : at + 1
    return pool[at] as Input
  }
  if (operation.kind === 'sync') {
    return {
      label,
      run(iterations) {
        for (let done = 0; done < iterations; done++) sink.last = operation.call(next())
      },
    }
  }
  return {
    label,
    async run(iterations) {
      for (let done = 0; done < iterations; done++) sink.last = await operation.call(next())
    },
  }
}
