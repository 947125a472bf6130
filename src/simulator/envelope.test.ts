import { describe, expect, it } from 'vitest'
import { fixtureNames, readFixture, requireFixtures } from '../testing/fixtures.ts'
import { type SignedMessage, renderEnvelope } from './envelope.ts'

const message: SignedMessage = {
  Type: 'Notification',
  MessageId: '1055bc4a-e4f8-40f9-af6a-99c155b08d43',
  TopicArn: 'arn:aws:sns:eu-west-1:111122223333:ses',
  Message: 'Grüße 😀 "x"\n',
  Timestamp: '2026-11-02T08:20:04.455Z',
  SignatureVersion: '2',
  Signature: 'AAAA',
  SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/x.pem',
}

describe('renderEnvelope', () => {
  it.each(requireFixtures() ? fixtureNames('sns-genuine', '.json') : [])(
    'writes %s to the byte from its fields in any order',
    (name) => {
      const genuine = readFixture('sns-genuine', name).toString('utf8').trimEnd()
      const fields: SignedMessage = JSON.parse(genuine)
      const mixed: SignedMessage = JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(fields).toReversed())))
      expect(renderEnvelope(mixed)).toBe(genuine)
    },
  )

  it('puts Subject and MessageAttributes in their places', () => {
    const rendered = renderEnvelope({
      ...message,
      MessageAttributes: { kind: { Type: 'String', Value: 'bounce' } },
      Subject: 'Hello',
    })
    expect(rendered.split('\n').map((line) => line.trim().split(' ')[0])).toEqual([
      '{',
      '"Type"',
      '"MessageId"',
      '"TopicArn"',
      '"Subject"',
      '"Message"',
      '"Timestamp"',
      '"SignatureVersion"',
      '"Signature"',
      '"SigningCertURL"',
      '"MessageAttributes"',
      '}',
    ])
    expect(rendered).toContain('  "MessageAttributes" : {"kind":{"Type":"String","Value":"bounce"}}\n}')
  })

  it('writes emoji as surrogate escapes and leaves umlauts as they are', () => {
    const rendered = renderEnvelope(message)
    expect(rendered).toContain(String.raw`"Grüße \uD83D\uDE00 \"x\"\n"`)
    expect(JSON.parse(rendered)).toEqual(message)
  })
})
