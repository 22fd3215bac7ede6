export { fileSha256 } from './file-digest.ts'
export { leafFolder } from './leaf-folder.ts'
