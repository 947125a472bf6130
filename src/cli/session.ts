import {
  callOperation,
  checkInput,
  type InputOf,
  type Need,
  needOf,
  type OperationName,
  type OutputOf,
} from '../control/call.ts'
import { callGateway } from '../control/client.ts'
import type { Asker } from '../control/operation.ts'
import { socketPath } from '../control/socketPath.ts'
import type { SnsReach } from '../compose/snsParts.ts'
import type { Config } from '../config/schema.ts'
import { GatewayError } from '../errors/gatewayError.ts'
import { type Offline, openOffline } from './offline.ts'

/**
 * Runs one operation where it belongs: in the running gateway if there is one; else here on the data
 * folder, which is locked meanwhile so that no gateway starts in between.
 * @throws GatewayError of the operation; STORAGE_MISSING where it would change what is not there; CONTROL_UNREACHABLE when a gateway holds the folder without answering
 */
export async function runOperation<Name extends OperationName>(
  config: Config,
  name: Name,
  input: InputOf<Name>,
  { asker, snsReach = {} }: { readonly asker: Asker; readonly snsReach?: Partial<SnsReach> | undefined },
): Promise<OutputOf<Name>> {
  const answer = await callGateway(socketPath(config.dataFolder), { operation: name, input }, asker)
  // oxlint-disable-next-line no-unsafe-type-assertion -- the gateway is of this version: its answer is the operation's
  if (answer !== null) return answer.value as OutputOf<Name>
  // Before anything is opened, since opening may make it.
  const need = needOf(name, checkInput(name, input))
  const onNothing = (): void =>
    asker.progress(`Nothing is stored in ${config.databaseUrl === null ? config.dataFolder : 'the database'} yet.`)
  const offline = await openHere(config, need, { snsReach, onNothing })
  try {
    // Through JSON, so that a command sees the same shape in both ways.
    // oxlint-disable-next-line no-unsafe-type-assertion -- what was just written as JSON
    return JSON.parse(JSON.stringify(await callOperation(offline.context, name, input, asker))) as OutputOf<Name>
  } finally {
    await offline.close()
  }
}

async function openHere(
  config: Config,
  need: Need,
  options: { readonly snsReach: Partial<SnsReach>; readonly onNothing: () => void },
): Promise<Offline> {
  try {
    return await openOffline(config, need, options)
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'STORAGE_LOCKED') throw error
    throw new GatewayError(
      'CONTROL_UNREACHABLE',
      'a gateway, or another command at this moment, holds the data folder and does not answer at its control socket',
      { cause: error },
    )
  }
}
