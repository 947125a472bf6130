import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

/** One request as it arrived. */
export interface StubRequest {
  readonly method: string
  /** Path with query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly fields: Readonly<Record<string, string>>
  /** Counts connections from 1: equal numbers came over one kept connection. */
  readonly connection: number
}

/** An HTTP answer. */
export interface StubReply {
  readonly status: number
  readonly type: string
  readonly body: string | Buffer
  readonly location?: string
  /** Others, by name. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What a CiviCRM does, above all a bad one. */
export type StubAnswer =
  | StubReply
  /** Takes the request and never answers. */
  | { readonly does: 'hang' }
  /** Answers JSON of 200 bytes, a byte a second. */
  | { readonly does: 'drip' }
  /** Takes the request and hangs up without a byte. */
  | { readonly does: 'cut' }
  /** Hangs up in the middle of a body whose length it had announced. */
  | { readonly does: 'cutInBody' }
  /** Sends more than anybody asked for, without end. */
  | { readonly does: 'flood' }

export interface CrmStub {
  /** Front page, without a slash at the end. */
  readonly url: string
  readonly requests: readonly StubRequest[]
  /** Ends it with all its connections. */
  close(): Promise<void>
}

export const json = (value: unknown, status = 200): StubReply => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
})

export const page = (status: number, title: string): StubReply => ({
  status,
  type: 'text/html; charset=utf-8',
  body: `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body>{"is_error":0}</body></html>`,
})

/** Of APIv4's Email.get: a row for each address that is asked for by name, and none for any other question. */
export function everybodyAsked({ fields }: Pick<StubRequest, 'fields'>): StubReply {
  const { where } = JSON.parse(fields['params'] ?? '{}') as { readonly where?: readonly (readonly unknown[])[] }
  const asked = (where ?? []).flatMap(([field, , value]) => (field === 'email' && Array.isArray(value) ? value : []))
  const values = asked.map((email: unknown, index) => ({
    id: 100 + index,
    contact_id: 200 + index,
    email,
    on_hold: 0,
    'contact_id.is_opt_out': false,
  }))
  return json({ values, entity: 'Email', action: 'get', version: 4, count: values.length })
}

export const plain = (status: number, body: string): StubReply => ({ status, type: 'text/plain', body })

/** The bad CiviCRMs that there are, by name. */
export const badAnswers = {
  redirect: { status: 302, type: 'text/html', body: '', location: 'https://www.example.org/civicrm/ajax/rest?x=1' },
  badKey: plain(401, 'HTTP 401 Invalid credential'),
  guard: plain(401, 'HTTP 401 Login not permitted. Must satisfy guard (site_key, perm).'),
  forbiddenJson: json({ error_code: '1', error_message: 'Sorry an error occurred (Error ID: a-b)', status: 403 }, 403),
  forbiddenPage: page(403, 'Access denied'),
  webPage: page(200, 'Example Charity'),
  // CiviCRM's own page of a fault, as older versions send it.
  fatalPage: {
    status: 200,
    type: 'text/html',
    body: '<!DOCTYPE html>\n<html><body><div class="crm-section crm-error-message">TypeError</div></body></html>',
  },
  xml: { status: 200, type: 'text/xml', body: '<?xml version="1.0"?>\n<ResultSet></ResultSet>' },
  empty: { status: 200, type: 'text/html', body: '' },
  maintenance: json({ status_code: 503, status_message: 'Temporarily unavailable for maintenance.' }, 503),
  maintenancePage: page(503, 'Briefly unavailable'),
  // Of a cloud's gateway that has waited too long: the call may have been carried out.
  unavailableJson: json({ message: 'Service Unavailable' }, 503),
  noHeader: json({ error_code: 400, error_message: 'SECURITY ALERT: Ajax requests can only be issued by …' }, 400),
  notFound: page(404, 'Not Found'),
  tooLarge: page(413, 'Request Entity Too Large'),
  tooMany: page(429, 'Too Many Requests'),
  badGateway: page(502, 'Bad Gateway'),
  gatewayTimeout: page(504, 'Gateway Time-out'),
  fault: json({ error_code: '0', error_message: 'Sorry an error occurred (Error ID: c-d)', status: 500 }, 500),
  faultPage: page(500, 'Error'),
  fatal: json({ error_message: 'FATAL: mandatory param api_key (user key) missing', is_error: 1 }),
  malformed: json({ is_error: 0 }),
  unauthorized: json({ is_error: 1, error_code: 'unauthorized', error_message: 'API permission check failed' }),
  firewall: json({ is_error: 1, error_code: 'IDS_KICK', error_message: 'There is a validation error' }),
  database: json({ is_error: 1, error_message: 'DB Error: connect failed' }),
  hang: { does: 'hang' },
  drip: { does: 'drip' },
  cut: { does: 'cut' },
  cutInBody: { does: 'cutInBody' },
  flood: { does: 'flood' },
} as const satisfies Record<string, StubAnswer>

export type BadAnswer = keyof typeof badAnswers

/**
 * A CiviCRM on loopback that answers as told: for the failures that the real one does not have on
 * demand.
 */
export async function startCrmStub(
  answer: (request: StubRequest) => StubAnswer | Promise<StubAnswer>,
): Promise<CrmStub> {
  const requests: StubRequest[] = []
  const connections = new WeakMap<object, number>()
  const drips = new Set<NodeJS.Timeout>()
  let count = 0
  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = {
      method: message.method ?? '',
      path: message.url ?? '',
      headers: message.headers,
      fields: Object.fromEntries(new URLSearchParams(await text(message))),
      connection: connections.get(message.socket) ?? 0,
    }
    requests.push(request)
    give(await answer(request), message, response, drips)
  }
  const server = createServer((message, response) => void serve(message, response))
  server.on('connection', (socket) => connections.set(socket, (count += 1)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    requests,
    close: async () => {
      for (const drip of drips) clearInterval(drip)
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** As {@link startCrmStub}, until the end of the running test. */
export async function stubForTest(answer: (request: StubRequest) => StubAnswer): Promise<CrmStub> {
  // Here, since the double also serves processes without a test.
  const { onTestFinished } = await import('vitest')
  const stub = await startCrmStub(answer)
  onTestFinished(async () => stub.close())
  return stub
}

function give(
  answer: StubAnswer,
  message: IncomingMessage,
  response: ServerResponse,
  drips: Set<NodeJS.Timeout>,
): void {
  if ('status' in answer) {
    response.writeHead(answer.status, {
      'content-type': answer.type,
      ...(answer.location === undefined ? {} : { location: answer.location }),
      ...answer.headers,
    })
    response.end(answer.body)
    return
  }
  switch (answer.does) {
    case 'hang':
      return
    case 'drip':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '200' })
      response.write('[')
      drips.add(setInterval(() => response.write(' '), 1000))
      return
    case 'cut':
      message.socket.destroy()
      return
    case 'cutInBody':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '200' })
      response.write('[{"is_error":0', () => message.socket.destroy())
      return
    case 'flood':
      response.writeHead(200, { 'content-type': 'application/json' })
      response.on('drain', () => pour(response))
      pour(response)
  }
}

/** As fast as the reader takes it. */
function pour(response: ServerResponse): void {
  while (!response.destroyed && response.write(' '.repeat(65_536)));
}
