/** What AWS's SDK threw, without its text, which may quote the request: an address, a token. */
export interface AwsFault {
  /** AWS's name of it. */
  readonly name: string
  /** HTTP status of the answer; null where none came. */
  readonly status: number | null
  /** The credential is missing, or may not do it. */
  readonly isRefusal: boolean
}

/** Faults of the credential that do not come with status 401 or 403. */
const credentialFaults: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'IncompleteSignature',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'OptInRequired',
])

/** @returns null: it is no error at all */
export function faultOf(error: unknown): AwsFault | null {
  if (!(error instanceof Error)) return null
  const name = /^[A-Za-z.]{1,64}$/.test(error.name) ? error.name : 'an error without a name'
  const status = statusOf(error)
  return { name, status, isRefusal: status === 401 || status === 403 || credentialFaults.has(name) }
}

function statusOf(error: Error): number | null {
  const metadata: unknown = '$metadata' in error ? error.$metadata : null
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return null
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : null
}
