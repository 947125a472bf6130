import { expect, it } from 'vitest'
import { eventOf } from '../testing/eventOf.ts'
import { addressesToRead } from './addressesToRead.ts'
import { correlate } from './correlate.ts'

const rules = { verp: { localpart: null, separator: '.', domains: [] }, senderDomains: [] }

it('asks for the recipient and the address that was mailed, in both forms of the domain', () => {
  const event = eventOf({ kind: 'Bounce', recipients: ['new@example.com'], destinations: ['Old@Bücher.example'] })
  expect(addressesToRead(event, correlate(event, rules))).toEqual([
    'old@xn--bcher-kva.example',
    'old@bücher.example',
    'new@example.com',
  ])
})

it('asks for nobody where nobody is named', () => {
  const event = eventOf({ kind: 'Open', destinations: ['a@example.net', 'b@example.net'] })
  expect(addressesToRead(event, correlate(event, rules))).toEqual([])
})
