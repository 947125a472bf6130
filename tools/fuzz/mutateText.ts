import type { Random } from '../../src/clock.ts'
import { pick, wholeNumber } from '../../src/simulator/random.ts'
import { hostileLength, hostileText } from './hostileText.ts'
import { deep } from './hostileTree.ts'

/** A text that was JSON, and mostly no longer is. */
export function mutateText(random: Random, text: string): string {
  const at = wholeNumber(random, text.length + 1)
  const end = Math.min(text.length, at + wholeNumber(random, 40))
  switch (wholeNumber(random, 9)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + text.slice(end)
    case 2:
      return text.slice(0, at) + hostileText(random) + text.slice(at)
    case 3:
      return text.slice(0, at) + text.slice(at, end).repeat(hostileLength(random)) + text.slice(end)
    case 4:
      return `${text}${text}`
    case 5:
      return `${pick(random, ['\uFEFF', ' \r\n', '\0', '// comment\n', ")]}',\n", 'x='])}${text}${pick(random, ['', '\0', '\n\n', ',', '}'])}`
    case 6:
      return text.replaceAll('"', "'")
    case 7:
      return text.replaceAll(/"[a-zA-Z]+":/g, (key) => key.slice(1, -2) + pick(random, [':', '=', ' : ']))
    default:
      return Array.from(text, (character) => `${character}\0`).join('')
  }
}

/** Texts that were never a record of SES. */
export function foreignText(random: Random): string {
  const way = random()
  if (way < 0.4)
    return pick(random, [
      '',
      ' ',
      'null',
      'true',
      '0',
      '""',
      '[]',
      '{}',
      '[[[[]]]]',
      '"{\\"eventType\\":\\"Bounce\\"}"',
      '{"eventType":"Bounce"}',
      '{"notificationType":"Bounce","mail":null,"bounce":null}',
      '{"eventType":"Bounce","mail":[],"bounce":[]}',
      '{"eventType":null,"mail":{"messageId":"1","destination":["a@example.org"]},"bounce":{}}',
      '{"mail":{"messageId":"1"},"bounce":{"bouncedRecipients":[{}]}}',
      '{"__proto__":{"eventType":"Bounce"},"mail":{"messageId":"1"}}',
      '{"eventType":"toString","toString":{},"mail":{"messageId":"1"}}',
      '{"eventType":"__proto__","mail":{"messageId":"1","destination":["a@example.org"]}}',
      '{"detail-type":"Email Bounced","detail":{"bounce":{},"mail":{"messageId":"1"}}}',
      '{"Records":[{"s3":{}}]}',
      'Successfully validated SNS topic for Amazon SES event publishing.',
      '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
      'a=1&b=2',
      'H4sIAAAAAAAAA6tWSk4sUbJSMjZRqgUA6cYOJQ0AAAA=',
    ])
  if (way < 0.6) return hostileText(random)
  if (way < 0.8) return deep(random).text
  if (way < 0.9) return `{"eventType":"Bounce","mail":${deep(random).text},"bounce":${deep(random).text}}`
  return `{"${hostileText(random).replaceAll(/["\\]/g, '')}":"${'x'.repeat(hostileLength(random) * 4)}"}`
}
