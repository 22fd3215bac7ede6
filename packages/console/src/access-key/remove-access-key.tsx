import type { JSX } from 'react'
import { type AccessKey, listAccessKeys, removeAccessKey } from '../api/access-key.ts'
import { useInvalidate, useList } from '../api/query.ts'
import { KeyAction } from '../caller-key/key-action.tsx'
import { ownerOf } from '../caller-key/key-state.ts'
import { accessKeyText as text } from '../message/en/access-key.ts'

interface RemoveAccessKeyProps {
  readonly accessKey: AccessKey
  readonly open: boolean
  readonly onClose: () => void
  readonly onRemoved?: (() => void) | undefined
}

/** What was made from it ends with it: so many of its owner's temporary keys. */
function useMadeFrom(accessKey: AccessKey): { readonly count: number; readonly isAll: boolean } | undefined {
  const owner = ownerOf(accessKey)
  const load = async (signal: AbortSignal): Promise<{ readonly count: number; readonly isAll: boolean }> => {
    const page = await listAccessKeys(owner === undefined ? {} : { [owner.kind]: owner.id }, undefined, signal)
    return { count: page.items.filter(({ parent }) => parent === accessKey.id).length, isAll: page.next === null }
  }
  return useList(['access-keys', 'made-from', accessKey.id], load, { isFresh: true }).data
}

export function RemoveAccessKey({ accessKey, open, onClose, onRemoved }: RemoveAccessKeyProps): JSX.Element {
  const invalidate = useInvalidate()
  const made = useMadeFrom(accessKey)
  const act = async (): Promise<void> => {
    await removeAccessKey(accessKey.id)
    onRemoved?.()
    // Not the page of the one that there is no longer.
    await invalidate(['access-keys', 'list'])
  }
  const effect = (
    <div className="stack">
      <p>{text.removeEffect}</p>
      {made !== undefined && <p>{text.removeCount(made.count, made.isAll)}</p>}
    </div>
  )
  return <KeyAction verb="remove" name={accessKey.name} effect={effect} open={open} onClose={onClose} act={act} />
}
