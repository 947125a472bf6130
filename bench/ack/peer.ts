import { createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'

/**
 * The least that a gateway could do: a bare server of Node that checks the signature with a key it has, and
 * commits what came in groups to the same kind of file. What the gateway takes longer than this is its own.
 *
 * Usage: node peer.ts CERTIFICATE DATABASE. Prints its port; ends with its standard input.
 */
const [certificate = '', file = ''] = process.argv.slice(2)
const key = createPublicKey(readFileSync(certificate))
const database = new DatabaseSync(file)
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE message (id TEXT PRIMARY KEY, raw BLOB NOT NULL);
`)
const insert = database.prepare('INSERT OR IGNORE INTO message VALUES (?, ?)')

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

interface Write {
  readonly id: string
  readonly raw: Buffer
  readonly done: () => void
}

let waiting: Write[] = []

function commitAll(): void {
  const group = waiting
  waiting = []
  database.exec('BEGIN IMMEDIATE')
  for (const { id, raw } of group) insert.run(id, raw)
  database.exec('COMMIT')
  for (const { done } of group) done()
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
    if (waiting.length === 0) setImmediate(commitAll)
    waiting.push({ id: message.MessageId, raw, done: () => response.writeHead(200).end() })
  })
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`)
})
process.stdin.on('end', () => process.exit(0)).resume()
