import { createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type Keep, keepIn } from './keep.ts'

/**
 * The least that a gateway could do: a bare server of Node that checks the signature with a key it has, and
 * commits what came in groups to the same kind of database. What the gateway takes longer than this is its own.
 *
 * Usage: node httpPeer.ts CERTIFICATE DATABASE, the latter a file or a postgres:// address. Prints its port; ends
 * with its standard input.
 */
const [certificate = '', database = ''] = process.argv.slice(2)
const key = createPublicKey(readFileSync(certificate))
const keep: Keep = await keepIn(database)

interface Message {
  readonly Message: string
  readonly MessageId: string
  readonly Subject?: string
  readonly Timestamp: string
  readonly TopicArn: string
  readonly Type: string
  readonly SignatureVersion: string
  readonly Signature: string
}

function isGenuine(message: Message): boolean {
  const { Message: text, MessageId, Subject, Timestamp, TopicArn, Type } = message
  const subject = Subject === undefined ? '' : `Subject\n${Subject}\n`
  const signed = `Message\n${text}\nMessageId\n${MessageId}\n${subject}Timestamp\n${Timestamp}\nTopicArn\n${TopicArn}\nType\n${Type}\n`
  const digest = message.SignatureVersion === '1' ? 'sha1' : 'sha256'
  return verify(digest, Buffer.from(signed), key, Buffer.from(message.Signature, 'base64'))
}

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const raw = Buffer.concat(parts)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only our own simulator posts here
    const message = JSON.parse(raw.toString()) as Message
    if (!isGenuine(message)) {
      response.writeHead(403).end()
      return
    }
    keep({ id: message.MessageId, raw, done: () => response.writeHead(200, { 'content-length': 0 }).end() })
  })
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`)
})
process.stdin.on('end', () => process.exit(0)).resume()
