export { HssPublicKey } from './hss-key.ts'
export { IDENTIFIER_BYTES, type LeafParameterName, leafParameters, type TreeParameterName, treeParameters } from './parameter.ts'
export { SigningTree, type SigningTreeOptions } from './signing-tree.ts'
export { readTreeKey, type TreePublicKey, verifyTreeSignature } from './tree-key.ts'
