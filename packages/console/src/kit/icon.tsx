import type { ReactNode } from 'react'

/** Single strokes, 24 by 24. They say nothing that the text beside them does not. */
const shapes = {
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'm5 12 5 5 9-10',
  open: 'm9 5 7 7-7 7',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  up: 'm7 14 5-5 5 5',
  down: 'm7 10 5 5 5-5',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4 4',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'm6 6 12 12M18 6 6 18',
} as const

export const Icon = ({ name }: { readonly name: keyof typeof shapes }): ReactNode => (
  <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d={shapes[name]} />
  </svg>
)
