import { expect, it } from 'vitest'
import { faultOf } from './fault.ts'

function thrown(name: string, httpStatusCode?: number): Error {
  const metadata = httpStatusCode === undefined ? {} : { $metadata: { httpStatusCode } }
  return Object.assign(new Error('of reader@example.org'), { name }, metadata)
}

it.each([
  [thrown('AccessDeniedException', 403), { name: 'AccessDeniedException', status: 403, isRefusal: true }],
  [thrown('InvalidClientTokenId', 401), { name: 'InvalidClientTokenId', status: 401, isRefusal: true }],
  [thrown('IncompleteSignature', 400), { name: 'IncompleteSignature', status: 400, isRefusal: true }],
  [thrown('CredentialsProviderError'), { name: 'CredentialsProviderError', status: null, isRefusal: true }],
  [thrown('BadRequestException', 400), { name: 'BadRequestException', status: 400, isRefusal: false }],
  [thrown('TimeoutError'), { name: 'TimeoutError', status: null, isRefusal: false }],
  [thrown('reader@example.org', 500), { name: 'an error without a name', status: 500, isRefusal: false }],
])('%s is known by its name and status, never by its text', (error, fault) => {
  expect(faultOf(error)).toEqual(fault)
})

it('what is no error says nothing', () => {
  expect(faultOf('reader@example.org')).toBeNull()
})
