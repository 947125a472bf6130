const longest = 300

/**
 * What AWS's SDK threw, in one line for a person. SQS's texts name the caller, the action and the queue, which is
 * what a person needs to put a permission right; they never quote a message.
 */
export function faultText(error: unknown): string {
  if (!(error instanceof Error)) return 'the call to SQS failed'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  const name = error.name === 'Error' || error.name === 'AggregateError' ? code : error.name
  // A connection that failed at several addresses is one error without a text.
  const line = (error.message === '' ? name : `${name}: ${error.message}`).replaceAll(/\s+/g, ' ')
  return line.length > longest ? `${line.slice(0, longest)}…` : line
}
