import type { Socket } from 'node:net'

/** The connection broke, the time was over, and the peer's end came before that of the request. */
const passing: ReadonlySet<string> = new Set(['ECONNRESET', 'ERR_HTTP_REQUEST_TIMEOUT', 'HPE_INVALID_EOF_STATE'])

/**
 * What Node reports of a connection before there is a request. Its own answer to a request that came too
 * slowly is 408, and SNS drops a message for good on a 4xx; a connection that ends without an answer is
 * a failure that SNS repeats (and a proxy makes a 502 of it, which SNS repeats as well). So ends a request that
 * breaks off, too: the whole of it may be good.
 */
export function onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || passing.has(error.code ?? '')) {
    socket.destroy()
    return
  }
  // What is no HTTP can never become good. Nothing of it is repeated: it may be anything.
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
