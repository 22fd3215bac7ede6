import type { ReactNode } from 'react'

export interface Column<Row> {
  readonly id: string
  readonly title: string
  readonly cell: (row: Row) => ReactNode
  /** The whole of it, not shortened: what is searched and exported. */
  readonly text: (row: Row) => string
  /** By what it is ordered, when not by its text: moments and numbers. */
  readonly order?: ((row: Row) => string | number) | undefined
  readonly numeric?: boolean | undefined
  /** May take several lines. */
  readonly wide?: boolean | undefined
  /** Searched and exported, not shown: it stands within another column, or on the page of the row. */
  readonly hidden?: boolean | undefined
}

export interface Filter<Row> {
  /** Its name in the address. */
  readonly id: string
  readonly title: string
  readonly options: readonly { readonly value: string; readonly title: string }[]
  /** Not needed where the server does it. */
  readonly matches?: ((row: Row, value: string) => boolean) | undefined
}

/** What the server narrows by itself. */
export interface ServerSide {
  readonly search?: boolean | undefined
  readonly filters?: readonly string[] | undefined
}
