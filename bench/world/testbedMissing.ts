import { TestbedProblem } from '../../testbed/problem.ts'
import { connectTestbed } from '../../testbed/testbed.ts'

/** Why a measure that needs a real CiviCRM cannot run; null where one runs. */
export async function testbedMissing(): Promise<string | null> {
  try {
    connectTestbed()
    return null
  } catch (error) {
    if (error instanceof TestbedProblem) return error.message
    throw error
  }
}
