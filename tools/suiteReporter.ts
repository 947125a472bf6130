import type { Reporter, TestModule } from 'vitest/node'

interface Count {
  files: number
  passed: number
  failed: number
  skipped: number
}

/** Prints each suite with its counts, then one plain line for the whole run. */
export class SuiteReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const suites = new Map<string, Count>()
    for (const module of modules) {
      const name = module.project.name || 'tests'
      const count = suites.get(name) ?? { files: 0, passed: 0, failed: 0, skipped: 0 }
      suites.set(name, count)
      count.files += 1
      const tests = [...module.children.allTests()]
      for (const test of tests) {
        const state = test.result().state
        if (state === 'passed') count.passed += 1
        else if (state === 'failed') count.failed += 1
        else count.skipped += 1
      }
      // A file that fails outside its tests (import error, broken hook) must count as a failure.
      if (module.state() === 'failed' && tests.every((test) => test.result().state !== 'failed')) count.failed += 1
    }
    const total = { passed: 0, failed: 0, skipped: 0 }
    for (const [name, count] of suites) {
      process.stdout.write(
        `suite ${name}: ${count.files} files, ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`,
      )
      total.passed += count.passed
      total.failed += count.failed
      total.skipped += count.skipped
    }
    const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
    process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`)
  }
}

// Vitest loads a reporter named in its configuration by the module's default export.
export { SuiteReporter as default }
