import { once } from 'node:events'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'

/** A call that reached the endpoint. */
export interface EndpointCall {
  readonly method: string
  /** E.g. `ConfirmSubscription`; '' where none was named. */
  readonly action: string
  readonly topicArn: string
  readonly token: string
  readonly authenticateOnUnsubscribe: boolean
  /** Signed with an AWS credential (whose validity nobody checks here). */
  readonly signed: boolean
}

/** An answer in place of the right one. */
export interface EndpointFault {
  readonly status: number
  /** SNS's error code. */
  readonly code: string
}

/**
 * SNS's own side of a confirmation, on the loopback: the GET of a SubscribeURL and the call that AWS's
 * SDK makes, both answered in SNS's XML. A token that was not issued is refused, a repetition is answered
 * with the same subscription.
 */
export interface SnsEndpoint {
  /** `http://127.0.0.1:PORT`: the `endpoint` for AWS's SDK. */
  readonly url: string
  /** Every call so far. */
  readonly calls: readonly EndpointCall[]
  /** From now on this token confirms that subscription. */
  issue(token: string, subscriptionArn: string): void
  /** The next calls are answered so, one for each fault. */
  failNext(...faults: readonly EndpointFault[]): void
  /** The same address at this endpoint in place of SNS's host: for following a SubscribeURL. */
  at(snsUrl: string): string
  stop(): Promise<void>
}

export async function startSnsEndpoint(): Promise<SnsEndpoint> {
  const calls: EndpointCall[] = []
  const faults: EndpointFault[] = []
  const subscriptions = new Map<string, string>()
  const server = createServer((request, response) => {
    void readCall(request).then((call) => {
      calls.push(call)
      return answer(response, faults.shift() ?? judge(call, subscriptions))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = addressOf(server)
  return {
    url,
    calls,
    issue: (token, subscriptionArn) => void subscriptions.set(token, subscriptionArn),
    failNext: (...more) => void faults.push(...more),
    at: (snsUrl) => `${url}/${new URL(snsUrl).search}`,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function addressOf(server: Server): string {
  const address = server.address()
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
}

/** The parameters of a link stand in its query, those of the SDK in a form (AWS's Query protocol). */
async function readCall(request: IncomingMessage): Promise<EndpointCall> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const query = request.url?.split('?')[1] ?? ''
  const parameters = new URLSearchParams(request.method === 'POST' ? Buffer.concat(chunks).toString() : query)
  return {
    method: request.method ?? '',
    action: parameters.get('Action') ?? '',
    topicArn: parameters.get('TopicArn') ?? '',
    token: parameters.get('Token') ?? '',
    authenticateOnUnsubscribe: parameters.get('AuthenticateOnUnsubscribe') === 'true',
    signed: request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') === true,
  }
}

type Judgement = EndpointFault | { readonly subscriptionArn: string }

/** Without AuthenticateOnUnsubscribe no credential is asked for. The topic's name is not compared, as seen at SNS. */
function judge(call: EndpointCall, subscriptions: ReadonlyMap<string, string>): Judgement {
  if (call.action !== 'ConfirmSubscription') return { status: 400, code: 'InvalidAction' }
  if (call.authenticateOnUnsubscribe && !call.signed) return { status: 403, code: 'MissingAuthenticationToken' }
  const subscriptionArn = subscriptions.get(call.token)
  return subscriptionArn === undefined ? { status: 400, code: 'InvalidParameter' } : { subscriptionArn }
}

const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/'

function answer(response: ServerResponse, judgement: Judgement): void {
  const requestId = '<RequestId>00000000-0000-4000-8000-000000000000</RequestId>'
  if ('subscriptionArn' in judgement) {
    const result = `<SubscriptionArn>${judgement.subscriptionArn}</SubscriptionArn>`
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(
        `<ConfirmSubscriptionResponse xmlns="${namespace}"><ConfirmSubscriptionResult>${result}</ConfirmSubscriptionResult><ResponseMetadata>${requestId}</ResponseMetadata></ConfirmSubscriptionResponse>`,
      )
    return
  }
  const { status, code } = judgement
  const type = status >= 500 ? 'Receiver' : 'Sender'
  const message = code === 'InvalidParameter' ? 'Invalid parameter: Token' : code
  response
    .writeHead(status, { 'content-type': 'text/xml' })
    .end(
      `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${code}</Code><Message>${message}</Message></Error>${requestId}</ErrorResponse>`,
    )
}
