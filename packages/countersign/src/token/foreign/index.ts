export { type FernetOptions, type OpenedFernet, readFernet } from './fernet.ts'
export { type ItsdangerousOptions, type ItsdangerousToken, readItsdangerous } from './itsdangerous.ts'
