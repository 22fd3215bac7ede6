/**
 * What became of asking an issuer for a key. `absent`: it was asked, and does not publish the key. `revoked`: its log has
 * ended the key. `unknown`: it could not be asked, or not again so soon: nobody can tell whether the key is a new one.
 */
export type KeyLookUp = 'found' | 'absent' | 'revoked' | 'unknown'
