import { defineConfig } from 'vitest/config'
import { findPostgres } from './src/testing/postgresServer.ts'

/**
 * Four suites: `unit` (beside the code, seconds), `gateway` (whole processes on loopback), `postgres` (a real
 * PostgreSQL server, which it starts itself where the machine has one) and `civicrm` (a real CiviCRM, see
 * testbed/). The last one needs the test bed and joins when CIVICRM_SES_TESTBED says that it runs; CI always
 * brings both.
 */
const withCivicrm = process.env['CIVICRM_SES_TESTBED'] !== undefined
if (!withCivicrm && process.env['CI'] === 'true')
  throw new Error('in CI the test bed must run: CIVICRM_SES_TESTBED is not set')
const withPostgres = findPostgres() !== null
if (!withPostgres && process.env['CI'] === 'true')
  throw new Error('in CI there must be a PostgreSQL server: neither in /usr/lib/postgresql nor on the PATH')

/** What a test waits for comes late on a busy machine; the time-out of the test ends what hangs. */
const expectations = { poll: { timeout: 20_000 } }

export default defineConfig({
  test: {
    reporters: ['default', './tools/suiteReporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          expect: expectations,
          include: ['src/**/*.test.ts', 'tools/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: ['**/*.gateway.test.ts', '**/*.postgres.test.ts', '**/*.civicrm.test.ts', '**/node_modules/**'],
          // Ends what hangs; how long something takes is for bench/ to say, not for a machine that is busy.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'gateway',
          expect: expectations,
          include: ['src/**/*.gateway.test.ts', 'tools/**/*.gateway.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      ...(withPostgres
        ? [
            {
              test: {
                name: 'postgres',
                expect: expectations,
                include: ['src/**/*.postgres.test.ts', 'tools/**/*.postgres.test.ts', 'bench/**/*.postgres.test.ts'],
                globalSetup: ['src/testing/postgresSetup.ts'],
                testTimeout: 60_000,
                hookTimeout: 60_000,
              },
            },
          ]
        : []),
      ...(withCivicrm
        ? [
            {
              test: {
                name: 'civicrm',
                expect: expectations,
                include: ['testbed/**/*.test.ts', 'src/**/*.civicrm.test.ts'],
                testTimeout: 60_000,
                hookTimeout: 120_000,
                // One database: files would see each other's rows.
                fileParallelism: false,
              },
            },
          ]
        : []),
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.test.ts', 'src/testing/**', 'src/wholeGateway/**'],
      reporter: ['text-summary', 'html'],
    },
  },
})
