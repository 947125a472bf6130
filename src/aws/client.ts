/** Whoever asks AWS repeats by a schedule of his own: so a call is given up early. */
const connectionTimeout = 3000

/**
 * How AWS's clients are set up here, whatever the service. They search for credentials in their usual way (environment,
 * profile, role of the machine) and for an endpoint (`AWS_ENDPOINT_URL_…`).
 * @param maxAttempts the first one included
 * @param requestTimeout milliseconds until the answer
 */
export function clientOptions({
  maxAttempts,
  requestTimeout = 5000,
}: {
  readonly maxAttempts: number
  readonly requestTimeout?: number
}) {
  return { maxAttempts, requestHandler: { connectionTimeout, requestTimeout, throwOnRequestTimeout: true } } as const
}
