import type { Socket } from 'node:net'

/**
 * What Node reports of a connection before there is a request. Its own answer to a request that came too
 * slowly is 408, and SNS drops a message for good on a 4xx; a connection that ends without an answer is
 * a failure that SNS repeats (and a proxy makes a 502 of it, which SNS repeats as well).
 */
export function onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET' || error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    socket.destroy()
    return
  }
  // What is no HTTP can never become good. Nothing of it is repeated: it may be anything.
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
