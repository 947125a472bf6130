/**
 * What the checkpoint thread is asked.
 * - `copy`: copies what is committed into the database, alongside the writer; the log goes on growing
 * - `restart`: copies the rest and lets the log begin anew; only while nobody writes
 * - `end`: closes its connection and ends
 */
export type CheckpointRequest = 'copy' | 'restart' | 'end'

export interface CheckpointReport {
  /** Pages in the log when it was over. */
  readonly logPages: number
  /** False where it could not be done to the end: a reader holds an old state, or the disk is full. */
  readonly complete: boolean
}
