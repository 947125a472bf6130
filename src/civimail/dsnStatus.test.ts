import { expect, it } from 'vitest'
import { dsnStatus } from './dsnStatus.ts'

const statusOf = (status: string | null, diagnosticCode: string | null): string | null =>
  dsnStatus({ type: 'Transient', subType: 'General', action: null, dsn: true, status, diagnosticCode })

it.each([
  ['5.1.1', null, '5.1.1'],
  ['5.1.1', 'smtp; 550 5.4.4 no', '5.1.1'],
  ['5.0.0', 'smtp; 550 5.1.1 no', '5.1.1'],
  ['5.3.0', 'smtp; 550 denied', '5.3.0'],
  ['4.0.0', null, '4.0.0'],
  [null, 'smtp; 550 5.4.4 Invalid domain', '5.4.4'],
  [null, '550-5.1.1 no such user', '5.1.1'],
  [null, 'smtp; 550 #5.1.0 Address rejected', '5.1.0'],
  [null, 'X-Postfix; unknown user', null],
  [null, 'smtp; 550 4.4.7 Message expired: unable to deliver in 840 minutes.<421 5.1.1 x>', '4.4.7'],
  [null, 'see 5.1.1', null],
  [null, 'smtp; 5.1.1.7 is our address', null],
  ['5.1.1 (bad mailbox)', null, '5.1.1'],
  ['nonsense', null, null],
  [null, null, null],
])('reads %j and %j as %j', (status, diagnosticCode, expected) => {
  expect(statusOf(status, diagnosticCode)).toBe(expected)
})
