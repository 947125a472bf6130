import { callOperation, type InputOf, type OperationName, type OutputOf } from '../control/call.ts'
import { callGateway } from '../control/client.ts'
import { operations } from '../control/operations.ts'
import { socketPath } from '../control/socketPath.ts'
import type { Config } from '../config/schema.ts'
import { GatewayError } from '../errors/gatewayError.ts'
import { type Offline, openOffline } from './offline.ts'

/**
 * Runs one operation where it belongs: in the running gateway if there is one; else here on the data
 * folder, which is locked meanwhile so that no gateway starts in between.
 * @throws GatewayError of the operation; CONTROL_UNREACHABLE when a gateway holds the folder without answering
 */
export async function runOperation<Name extends OperationName>(
  config: Config,
  name: Name,
  input: InputOf<Name>,
): Promise<OutputOf<Name>> {
  const answer = await callGateway(socketPath(config.dataFolder), name, input)
  if (answer !== null) return answer.value as OutputOf<Name>
  const offline = openHere(config, operations[name].writes)
  try {
    // Through JSON, so that a command sees the same shape in both ways.
    return JSON.parse(JSON.stringify(await callOperation(offline.context, name, input))) as OutputOf<Name>
  } finally {
    await offline.close()
  }
}

function openHere(config: Config, writes: boolean): Offline {
  try {
    return openOffline(config, writes)
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'STORAGE_LOCKED') throw error
    throw new GatewayError(
      'CONTROL_UNREACHABLE',
      'a gateway holds the data folder, but does not answer at its control socket',
      { cause: error },
    )
  }
}
