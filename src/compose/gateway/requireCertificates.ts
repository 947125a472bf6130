import { readdirSync } from 'node:fs'
import { GatewayError, messageOf } from '../../errors/gatewayError.ts'

/**
 * Without the folder nothing can be verified: all would be answered 503 until SNS gives up, and nobody would be told at
 * the start. An empty one may be filled while the gateway runs.
 * @throws GatewayError CONFIG_INVALID
 */
export function requireCertificates(folder: string | null): void {
  if (folder === null) return
  try {
    readdirSync(folder)
  } catch (error: unknown) {
    const what = `certificatesFolder: ${folder} is no folder that can be read: ${messageOf(error)}`
    throw new GatewayError('CONFIG_INVALID', what, { cause: error })
  }
}
