/** A bare item (RFC 9651 section 3.3). Tagged, as what a value is decides how it is written: `1` and `1.0` are two things. */
export type BareItem =
  | { readonly type: 'integer'; readonly value: number }
  | { readonly type: 'decimal'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'token'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly type: 'boolean'; readonly value: boolean }
  /** Seconds since 1970. */
  | { readonly type: 'date'; readonly value: number }
  | { readonly type: 'display-string'; readonly value: string }

/** In their order; of a key that was repeated the last value, at the place of the first. */
export type Parameters = ReadonlyMap<string, BareItem>

export interface Item {
  readonly bare: BareItem
  readonly parameters: Parameters
}

export interface InnerList {
  readonly items: readonly Item[]
  readonly parameters: Parameters
}

export type Member = Item | InnerList
export type List = readonly Member[]
export type Dictionary = ReadonlyMap<string, Member>

/** What a field is defined as: the parser has to know, the text does not say. */
export type FieldType = 'item' | 'list' | 'dictionary'

export const isInnerList = (member: Member): member is InnerList => 'items' in member
