import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { locateCertificate } from './signingCertUrl.ts'
import { type TopicArn, parseTopicArn } from './topicArn.ts'

const file = 'SimpleNotificationService-97b2be344bb451a4d51dd6f8626bcec5.pem'
const good = `https://sns.eu-west-1.amazonaws.com/${file}`

function topic(partition = 'aws', region = 'eu-west-1'): TopicArn {
  return { partition, region, account: '111122223333', name: 'ses' }
}

describe('locateCertificate', () => {
  it("takes SNS's own URL in the topic's region", () => {
    expect(locateCertificate(good, topic())).toEqual({
      url: good,
      fileName: file,
      names: ['sns.amazonaws.com'],
      topicPrefix: 'arn:aws:sns:eu-west-1:',
    })
  })

  it.each([
    ['aws-cn', 'cn-north-1', 'amazonaws.com.cn'],
    ['aws-us-gov', 'us-gov-east-1', 'amazonaws.com'],
    ['aws-iso', 'us-iso-east-1', 'c2s.ic.gov'],
    ['aws-iso-b', 'us-isob-east-1', 'sc2s.sgov.gov'],
    ['aws-iso-e', 'eu-isoe-west-1', 'cloud.adc-e.uk'],
    ['aws-iso-f', 'us-isof-east-1', 'csp.hci.ic.gov'],
    ['aws-eusc', 'eusc-de-east-1', 'amazonaws.eu'],
  ])('knows the host of %s in %s under %s', (partition, region, suffix) => {
    const url = `https://sns.${region}.${suffix}/${file}`
    expect(locateCertificate(url, topic(partition, region))?.url).toBe(url)
  })

  it.each([
    ["a stranger's bucket", `https://bucket.s3.amazonaws.com/${file}`],
    ['a bucket that looks like SNS', `https://sns.eu-west-1.s3.amazonaws.com/${file}`],
    ['a bucket named sns', `https://sns.s3.eu-west-1.amazonaws.com/${file}`],
    ['a host in front', `https://evil.sns.eu-west-1.amazonaws.com/${file}`],
    ['a host behind', `https://sns.eu-west-1.amazonaws.com.evil.example/${file}`],
    ['a look-alike host', `https://sns.eu-west-1.amaz0naws.com/${file}`],
    ['a hyphen for the dot', `https://sns-eu-west-1.amazonaws.com/${file}`],
    ['a letter of another alphabet', `https://sns.eu-west-1.аmazonaws.com/${file}`],
    ['the host without a region', `https://sns.amazonaws.com/${file}`],
    ['the FIPS host', `https://sns-fips.eu-west-1.amazonaws.com/${file}`],
    ['another region', `https://sns.eu-west-2.amazonaws.com/${file}`],
    ["another partition's suffix", `https://sns.eu-west-1.amazonaws.com.cn/${file}`],
    ['http', good.replace('https', 'http')],
    ['a port', `https://sns.eu-west-1.amazonaws.com:8443/${file}`],
    ['the usual port', `https://sns.eu-west-1.amazonaws.com:443/${file}`],
    ['a user', `https://user@sns.eu-west-1.amazonaws.com/${file}`],
    ['a host hidden behind a user', `https://sns.eu-west-1.amazonaws.com@evil.example/${file}`],
    ['a backslash', `https://evil.example\\.sns.eu-west-1.amazonaws.com/${file}`],
    ['a backslash for the slash', `https:\\\\sns.eu-west-1.amazonaws.com\\${file}`],
    ['a fragment', `https://evil.example#.sns.eu-west-1.amazonaws.com/${file}`],
    ['a fragment behind', `${good}#`],
    ['a query', `${good}?x=1`],
    ['a query that ends in .pem', `https://sns.eu-west-1.amazonaws.com/?Action=Publish&x=.pem`],
    ['steps up', `https://sns.eu-west-1.amazonaws.com/../${file}`],
    ['a folder', `https://sns.eu-west-1.amazonaws.com/x/${file}`],
    ['two slashes', `https://sns.eu-west-1.amazonaws.com//${file}`],
    ['another file', 'https://sns.eu-west-1.amazonaws.com/evil.pem'],
    ['a name one digit short', good.replace('97b2', '7b2')],
    ['capital digits', good.replace('97b2be', '97B2BE')],
    ['a capital host', good.replace('sns', 'SNS')],
    ['a percent escape', good.replace('/S', '/%53')],
    ['a trailing line break', `${good}\n`],
    ['a trailing space', `${good} `],
    ['a leading line break', `\n${good}`],
    ['a tab inside', good.replace('amazon', 'ama\tzon')],
    ['a zero byte', `${good}\0`],
    ['nothing', ''],
  ])('refuses %s', (_, url) => {
    expect(locateCertificate(url, topic())).toBeNull()
  })

  it('refuses a partition and region that do not belong together', () => {
    expect(
      locateCertificate(`https://sns.us-gov-west-1.amazonaws.com/${file}`, topic('aws', 'us-gov-west-1')),
    ).toBeNull()
  })

  it('refuses every text but those of the one form, by an independent reading', () => {
    const words =
      'https:// http:// sns. eu-west-1 .amazonaws.com / \\ @ :443 # ? .. %2f .cn evil.example s3. .pem SNS. sns-fips.'
    const pieces = fc.constantFrom('\n', '\t', ' ', '\0', file, file.toUpperCase(), ...words.split(' '))
    const assembled = fc.array(pieces, { maxLength: 9 }).map((parts) => parts.join(''))
    const inserted = fc
      .tuple(fc.nat({ max: good.length }), fc.nat({ max: 3 }), fc.oneof(pieces, fc.string({ maxLength: 3 })))
      .map(([at, cut, piece]) => good.slice(0, at) + piece + good.slice(at + cut))
    fc.assert(
      fc.property(fc.oneof(assembled, inserted), (url) => {
        // An independent reading: what is let through means the same to a URL parser, and is nowhere else.
        const { origin, pathname } = URL.parse(url) ?? new URL('about:blank')
        const plain = origin === 'https://sns.eu-west-1.amazonaws.com' && url === origin + pathname
        const right = plain && /^\/SimpleNotificationService-[0-9a-f]{32}\.pem$/.test(pathname)
        expect(locateCertificate(url, topic()) !== null).toBe(right)
      }),
      { numRuns: 2000 },
    )
  })

  it('gives a prefix that is true of the topic it was made for', () => {
    const arn = 'arn:aws-cn:sns:cn-north-1:111122223333:ses'
    const parsed = parseTopicArn(arn)
    expect.assert(parsed !== null)
    const location = locateCertificate(`https://sns.cn-north-1.amazonaws.com.cn/${file}`, parsed)
    expect.assert(location !== null)
    expect(arn.startsWith(location.topicPrefix)).toBe(true)
  })
})
