import { describe, expect, it } from 'vitest'
import { faultText } from './faultText.ts'

function named(name: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { name }, more)
}

describe('what SQS said', () => {
  it.each<[string, unknown]>([
    [
      'QueueDoesNotExist: The specified queue does not exist.',
      named('QueueDoesNotExist', 'The specified queue does not exist.'),
    ],
    [
      'AccessDenied: User: arn:aws:iam::111122223333:user/x is not authorized to perform: sqs:receivemessage',
      named(
        'AccessDenied',
        'User: arn:aws:iam::111122223333:user/x is not authorized\n to perform: sqs:receivemessage',
      ),
    ],
    ['ECONNREFUSED: connect', named('Error', 'connect', { code: 'ECONNREFUSED' })],
    ['ECONNREFUSED', named('AggregateError', '', { code: 'ECONNREFUSED' })],
    ['TimeoutError', named('TimeoutError', '')],
    ['the call to SQS failed', 'a string'],
  ])('is one line: %s', (line, error) => {
    expect(faultText(error)).toBe(line)
  })

  it('is cut where it is long', () => {
    expect(faultText(named('X', 'y'.repeat(1000)))).toHaveLength(301)
  })
})
