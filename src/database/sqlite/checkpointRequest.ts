/** What the checkpoint thread is asked: the database file; or to end. */
export type CheckpointRequest = { readonly do: 'checkpoint' } | { readonly do: 'end' }

/** Pages of the write-ahead log when the checkpoint was over; null where it failed. */
export interface CheckpointReport {
  readonly logPages: number | null
}
