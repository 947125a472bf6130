import { TestbedProblem } from './problem.ts'
import { connectTestbed, type Testbed } from './testbed.ts'

/**
 * The running test bed, whole: a test that was ended between a fault and its repair may have left
 * one of the servers down, and the next file must not pay for it.
 *
 * @throws where no test bed runs; a suite without CiviCRM has to fail, not to pass with nothing tried
 */
export async function testbedForTests(): Promise<Testbed> {
  try {
    const testbed = connectTestbed()
    await testbed.startDatabase()
    await testbed.startPhp()
    return testbed
  } catch (error) {
    if (error instanceof TestbedProblem) throw new Error(`${error.message}. ${error.hint}`, { cause: error })
    throw error
  }
}
