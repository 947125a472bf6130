import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { Folder } from './folder.ts'

const schema = z.object({
  siteKey: z.string(),
  /** Of the role with no more than the gateway needs. At most 32 characters: the column is no wider. */
  apiKey: z.string().max(32),
  adminApiKey: z.string().max(32),
  adminPassword: z.string(),
  databasePassword: z.string(),
})

/** Made once for each folder, and kept there with mode 600; none stands in the repository. */
export type Credentials = Readonly<z.infer<typeof schema>>

/** 32 hexadecimal digits. */
function secret(): string {
  return randomBytes(16).toString('hex')
}

export function keepCredentials(folder: Folder): Credentials {
  const file = folder.file('credentials.json')
  if (existsSync(file)) return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  const credentials: Credentials = {
    siteKey: secret(),
    apiKey: secret(),
    adminApiKey: secret(),
    adminPassword: secret(),
    databasePassword: secret(),
  }
  writeFileSync(file, `${JSON.stringify(credentials, undefined, 2)}\n`, { mode: 0o600 })
  return credentials
}
