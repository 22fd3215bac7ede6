export { decodeBase64, encodeBase64 } from '../../core/base64.ts'
export {
  type BareItem,
  type Dictionary,
  type FieldType,
  type InnerList,
  type Item,
  isInnerList,
  type List,
  type Member,
  type Parameters,
} from './model.ts'
export { parseDictionary, parseInnerList, parseItem, parseList } from './parse.ts'
export {
  serializeBareItem,
  serializeDictionary,
  serializeInnerList,
  serializeItem,
  serializeList,
  serializeMember,
  serializeString,
} from './serialize.ts'
