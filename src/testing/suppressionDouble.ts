import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { awsSuppressionLists, type SuppressionLists } from '../aws/suppressionList.ts'

export interface SuppressionDouble {
  /** AWS's own client, which speaks to this double. */
  readonly lists: SuppressionLists
  /** Addresses on the list. */
  readonly listed: Set<string>
  /** Requests: region of the signature, method and address. */
  readonly requests: string[]
  /** AWS's name of an error and its status, for every request; null: as the list is. */
  trouble: { readonly name: string; readonly status: number } | null
  close(): Promise<void>
}

/** SESv2's suppression list, as far as removing goes, on loopback. */
export async function startSuppressionDouble(): Promise<SuppressionDouble> {
  const listed = new Set<string>()
  const requests: string[] = []
  const double: { trouble: SuppressionDouble['trouble'] } = { trouble: null }
  const server = http.createServer((request, response) => {
    const address = decodeURIComponent((request.url ?? '').split('/').at(-1) ?? '')
    const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? ''
    requests.push(`${region} ${request.method} ${address}`)
    const absent = { name: 'NotFoundException', status: 404 }
    const trouble = double.trouble ?? (listed.delete(address) ? null : absent)
    response.setHeader('content-type', 'application/json')
    if (trouble !== null) response.setHeader('x-amzn-errortype', trouble.name)
    response.statusCode = trouble?.status ?? 200
    response.end(trouble === null ? '{}' : JSON.stringify({ message: `${address}: ${trouble.name}` }))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' }
  return Object.assign(double, {
    lists: awsSuppressionLists({ endpoint: `http://127.0.0.1:${port}`, credentials }),
    listed,
    requests,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  })
}
