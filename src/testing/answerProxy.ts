import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** What comes back in place of a site's answer; null: the answer as it is; 'cut': the connection breaks. */
export type Altered =
  | { readonly status: number; readonly type: string; readonly body: string | Buffer; readonly coding?: string }
  | 'cut'
  | null

export interface AnswerProxy {
  /** Without a slash at the end; the first folder of a path behind it is the proxy's own, and named to `alter`. */
  readonly url: string
  close(): Promise<void>
}

/**
 * A proxy in front of a site that carries every request through to it, and then loses or garbles what the site said:
 * so whatever the client makes of the answer, the call was carried out.
 *
 * @param alter told the first folder of the path, the site's own path behind it, and the answer's body
 */
export async function startAnswerProxy(
  site: string,
  alter: (folder: string, path: string, body: string) => Altered,
): Promise<AnswerProxy> {
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, folder = '', path = ''] = /^\/([^/]*)(\/.*)$/.exec(request.url ?? '') ?? []
    const body = await buffer(request)
    const headers = Object.entries(request.headers).flatMap(([name, value]) =>
      ['x-civi-auth', 'content-type', 'accept'].includes(name) && typeof value === 'string' ? [[name, value]] : [],
    )
    const answer = await fetch(site + path, {
      method: request.method ?? 'GET',
      headers: Object.fromEntries(headers) as Record<string, string>,
      redirect: 'manual',
      ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
    })
    const text = await answer.text()
    const altered = alter(folder, path, text)
    if (altered === 'cut') {
      request.socket.destroy()
      return
    }
    const {
      status,
      type,
      body: said,
      coding,
    } = altered ?? {
      status: answer.status,
      type: answer.headers.get('content-type') ?? '',
      body: text,
      coding: undefined,
    }
    response.writeHead(status, {
      'content-type': type,
      ...(coding === undefined ? {} : { 'content-encoding': coding }),
    })
    response.end(said)
  }
  const server = createServer((request, response) => {
    // As a proxy says that cannot get at its site.
    serve(request, response).catch(() => response.writeHead(502).end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
