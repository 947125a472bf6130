/**
 * The connection broke while the database was asked to commit: nobody knows whether it did. What is stored by a key
 * may simply be stored again; whatever counts has to be looked up first.
 */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown'

  constructor(cause: unknown) {
    super('the connection broke during the commit', { cause })
  }
}

/** Whether what this error stopped may have been stored all the same. */
export function mayBeStored(error: unknown): boolean {
  return error instanceof CommitUnknown || (error instanceof Error && mayBeStored(error.cause))
}
