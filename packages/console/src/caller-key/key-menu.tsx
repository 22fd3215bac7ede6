import type { JSX } from 'react'
import { Button } from '../kit/index.ts'
import { type Doable, keyItems, type KeyVerb } from './key-action.tsx'

interface KeyMenuProps {
  readonly of: Doable
  readonly onAsk: (verb: KeyVerb) => void
}

/** What can be done with a key, as the buttons of its page. */
export const KeyMenu = ({ of, onAsk }: KeyMenuProps): JSX.Element => (
  <>
    {keyItems(of, onAsk).map(({ title, tone, onSelect }) => (
      <Button key={title} tone={tone ?? 'quiet'} compact onClick={onSelect}>
        {title}
      </Button>
    ))}
  </>
)
