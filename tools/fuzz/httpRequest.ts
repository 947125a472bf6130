import type { Random } from '../../src/clock.ts'
import { pick, wholeNumber } from '../../src/simulator/random.ts'
import { compressed } from './bytes.ts'
import { hostileLength, hostileText } from './hostileText.ts'

/** A request that an HTTP client can send. */
export interface HttpRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Sent in pieces without a Content-Length. */
  readonly chunked: boolean
}

/** The addresses at which topics are subscribed, each site's own among them. */
export const webhookPaths = [
  '/civicrm/ses/webhook',
  '/civicrm/ses/webhook',
  '/civicrm/ses/webhook',
  '/?page=CiviCRM&q=civicrm%2fses%2fwebhook',
  '/?civiwp=CiviCRM&q=CiviCRM%2FSES%2FWebhook',
  '/index.php?option=com_civicrm&task=civicrm/ses/webhook',
  '/sns/main',
  '/sns/second',
  '/sns/watched',
] as const

/** As SNS posts it. Headers that no client could send are left out: they only repeat what the body says. */
export function plainRequest(random: Random, { headers, body }: Pick<HttpRequest, 'headers' | 'body'>): HttpRequest {
  const sendable = Object.entries(headers).filter(([, value]) => value.length < 2000 && headerText(value) === value)
  const path = pick(random, webhookPaths)
  return { method: 'POST', path, headers: Object.fromEntries(sendable), body, chunked: random() < 0.1 }
}

/** A good request in strange clothes. */
export function strangeRequest(random: Random, request: HttpRequest): HttpRequest {
  switch (wholeNumber(random, 6)) {
    case 0:
      return {
        ...request,
        method: pick(random, ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'QUERY']),
      }
    case 1:
      return { ...request, path: strangePath(random) }
    case 2:
      return { ...request, headers: { ...request.headers, 'content-type': strangeType(random) } }
    case 3: {
      const encoding = pick(random, ['gzip', 'deflate', 'br', 'identity', 'x-unknown', 'gzip, gzip'])
      const body = random() < 0.7 ? compressed(random, request.body) : request.body
      return { ...request, body, headers: { ...request.headers, 'content-encoding': encoding } }
    }
    case 4:
      return { ...request, headers: { ...request.headers, [pick(random, snsHeaderNames)]: headerValue(random) } }
    default:
      return { ...request, headers: { ...request.headers, ...further(random) } }
  }
}

const snsHeaderNames = [
  'x-amz-sns-message-type',
  'x-amz-sns-message-id',
  'x-amz-sns-topic-arn',
  'x-amz-sns-subscription-arn',
  'x-amz-sns-rawdelivery',
  'user-agent',
] as const

function strangePath(random: Random): string {
  return pick(random, [
    '/',
    '//',
    '/sns/',
    '/sns/nobody',
    '/sns/__proto__',
    '/sns/MAIN',
    '/sns/main/',
    '/sns/main%00',
    '/sns/%6d%61%69%6e',
    '/civicrm/ses/webhook/',
    '/civicrm%252fses%252fwebhook',
    '/civicrm/ses/webhook?a=1&a=2&__proto__=3',
    '/../../civicrm/ses/webhook',
    '/%',
    '/%zz?q=%zz',
    '/?q=civicrm%2fses%2fwebhook%2f%2e%2e',
    '/healthz',
    '/readyz',
    '/metrics',
    `/${'a/'.repeat(wholeNumber(random, 2000))}`,
    `/?${'q=civicrm&'.repeat(wholeNumber(random, 800))}`,
    `/${encodeURIComponent(hostileText(random).toWellFormed().slice(0, 800))}`,
    `/?q=${encodeURIComponent(hostileText(random).toWellFormed().slice(0, 800))}`,
  ])
}

function strangeType(random: Random): string {
  return pick(random, [
    '',
    'application/json',
    'text/plain; charset=utf-16',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'text/plain; charset="',
    '/',
    ';;;;',
    'a'.repeat(hostileLength(random) % 8000),
    headerValue(random),
  ])
}

function headerValue(random: Random): string {
  return headerText(hostileText(random)).slice(0, 8000)
}

/** What a client lets through: no line breaks, and nothing beyond one byte. */
function headerText(text: string): string {
  return text.replaceAll(/[^\t\u0020-\u007E\u0080-\u00FF]/g, '?')
}

function further(random: Random): Record<string, string> {
  const count = wholeNumber(random, 60)
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-further-${index}`, 'x'.repeat(index)]))
}
