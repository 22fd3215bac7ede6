/**
 * What became of a message. `applied`: it moved or confirmed the replica. `part`: of a snapshot, more has to come. `duplicate`: it says nothing new. `ignored`: it
 * is not the issuer's, or of no use. `gap`: something is missing, load a snapshot. `fork`: the log has another history
 * than the one that was followed, load a snapshot.
 */
export type Received = 'applied' | 'part' | 'duplicate' | 'gap' | 'fork' | 'ignored'
