import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { environmentRisks, knownVariables } from './environmentRisks.ts'

it.each([
  ['CIVICRM_SES_DATA_FOLER', 'CIVICRM_SES_DATA_FOLDER'],
  ['CIVICRM_SES_KEYFILE', 'CIVICRM_SES_KEY_FILE'],
  ['CIVICRM_SES_LOGLEVEL', 'CIVICRM_SES_LOG_LEVEL'],
  ['CIVICRM_SES_PROT', 'CIVICRM_SES_PORT'],
])('a mistyped variable is named with the one that is meant: %s', (mistyped, meant) => {
  expect(environmentRisks({ [mistyped]: 'x' })).toEqual([
    { about: mistyped, message: expect.stringContaining(`changes nothing; ${meant} is likely meant`) },
  ])
})

it('one that is like none is named alone, and those of others and empty ones are left alone', () => {
  expect(
    environmentRisks({ CIVICRM_SES_TEMPERATURE: '1', CIVICRM_SES_KEYFILE: '', CIVICRM_SETTINGS_PATH: 'x' }),
  ).toEqual([{ about: 'CIVICRM_SES_TEMPERATURE', message: expect.stringMatching(/changes nothing$/) }])
})

it('each variable that the program reads is known', () => {
  expect(environmentRisks(Object.fromEntries(knownVariables.map((name) => [name, 'x'])))).toEqual([])
  const source = path.join(import.meta.dirname, '..')
  const files = globSync('**/*.ts', { cwd: source }).filter(
    (name) => !/\.test\.ts$|^testing\/|^wholeGateway\//.test(name),
  )
  const named = files.flatMap(
    (name) => readFileSync(path.join(source, name), 'utf8').match(/\bCIVICRM_SES_[A-Z_]+[A-Z]\b/g) ?? [],
  )
  expect(named.length).toBeGreaterThan(5)
  expect([...new Set(named)].filter((name) => !knownVariables.includes(name))).toEqual([])
})
