import type { JSX } from 'react'
import { Command, Notice } from '../kit/index.ts'

interface OffNoticeProps {
  readonly title: string
  /** Names the setting. */
  readonly text: string
  readonly command: string
}

/** Something that this server has not been set up for. */
export const OffNotice = ({ title, text, command }: OffNoticeProps): JSX.Element => (
  <Notice tone="warning" title={title}>
    <p>{text}</p>
    <Command text={command} />
  </Notice>
)
