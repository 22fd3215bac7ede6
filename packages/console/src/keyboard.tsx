import { type ReactNode, useState } from 'react'
import { CheckField, Dialog, Facts } from './kit/index.ts'
import { setShortcuts, useShortcuts } from './kit/shortcut.ts'
import { shell } from './message/en/shell.ts'

/** Says which keys do what, and turns off what gets in the way. */
export function KeyboardButton(): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const isOn = useShortcuts()
  return (
    <>
      <button type="button" className="link" onClick={() => setOpen(true)}>
        {shell.keyboard}
      </button>
      <Dialog title={shell.keyboardTitle} open={isOpen} onClose={() => setOpen(false)}>
        <div className="stack">
          <Facts items={shell.keys.map(([key, what]) => [key, what])} />
          <CheckField label={shell.singleKeys} name="single_keys" hint={shell.singleKeysHint} checked={isOn} onChange={setShortcuts} />
        </div>
      </Dialog>
    </>
  )
}
