import type { ServerResponse } from 'node:http'
import type { Answer } from './answers.ts'

/** Plain text that no browser takes for anything else and nobody in between keeps. */
export const answerHeaders = {
  'content-type': 'text/plain; charset=utf-8',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const

/** @param isLast whether the connection is to end with it */
export function writeAnswer(response: ServerResponse, { status, text, allow }: Answer, isLast: boolean): void {
  const body = `${text}\n`
  response.writeHead(status, {
    ...answerHeaders,
    'content-length': Buffer.byteLength(body),
    ...(allow === undefined ? {} : { allow }),
    ...(isLast ? { connection: 'close' } : {}),
  })
  response.end(body)
}
