import { expect, it } from 'vitest'
import { withoutLinks } from './withoutLinks.ts'

it('takes the links and the token out of a message, and leaves all else as it came', () => {
  const message = { Type: 'Notification', Message: '{"Token":"of SES"}', UnsubscribeURL: 'https://sns/?a="b"' }
  expect(JSON.parse(withoutLinks(JSON.stringify(message)))).toEqual({ ...message, UnsubscribeURL: '(not shown)' })
  const confirmation = '{ "Token" : "abc",\n "SubscribeURL": "https://x", "UnsubscribeUrl":null }'
  expect(withoutLinks(confirmation)).toBe(
    '{ "Token" : "(not shown)",\n "SubscribeURL": "(not shown)", "UnsubscribeUrl":null }',
  )
  expect(withoutLinks('no JSON "Token')).toBe('no JSON "Token')
})
