import type { FuzzRequest } from './requests.ts'

/** More than this says nothing to a reader. */
const longest = 20_000

/** The request as text, for whoever looks for the reason of a failure. */
export function describeRequest(request: FuzzRequest): string {
  const title = `request ${request.number} (${request.kind})`
  if (request.form === 'raw') {
    const { bytes, complete } = request.raw
    return `${title}, ${complete ? 'complete' : 'broken off'}\n${shown(bytes)}`
  }
  const { method, path, headers, body, chunked } = request.http
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`)
  return `${title}${chunked ? ', chunked' : ''}\n${method} ${path}\n${fields.join('')}\n${shown(body)}`
}

function shown(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return text.length > longest ? `${text.slice(0, longest)}… (${bytes.length} bytes)` : text
}
