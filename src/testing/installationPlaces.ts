import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileNames } from '../database/sqlite/folder.ts'
import { openDestination, openPlace, type PlaceAddress } from '../installation/openPlace.ts'
import type { Place } from '../installation/place.ts'
import { type Execute, inPostgres, inSqlite } from './installationWriter.ts'
import { PostgresTestDatabase } from './postgresDatabase.ts'

/** A place of its own for one test, on one engine. */
export interface TestPlace {
  readonly address: PlaceAddress
  /** As somebody who moves from it, or backs it up. */
  open(): Promise<Place>
  /** As somebody who brings an installation to it. */
  openEmpty(): Promise<Place>
  /** As the gateway that works on it. */
  readonly execute: Execute
  [Symbol.asyncDispose](): Promise<void>
}

export type MakePlace = () => Promise<TestPlace>

export const sqlitePlace: MakePlace = async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'civicrm-ses-place-'))
  const address = { folder }
  await (await openDestination(address)).close()
  let gateway: DatabaseSync | null = null
  const opened: Place[] = []
  const keep = (place: Place): Place => {
    opened.push(place)
    return place
  }
  return {
    address,
    open: async () => keep(await openPlace(address, 'write')),
    openEmpty: async () => keep(await openDestination(address)),
    execute: async (sql) => {
      if (gateway === null) {
        gateway = new DatabaseSync(path.join(folder, fileNames.database), { timeout: 5000 })
        gateway.exec('PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF')
      }
      gateway.exec(inSqlite(sql))
    },
    async [Symbol.asyncDispose]() {
      gateway?.close()
      await Promise.all(opened.map(async (place) => place.close()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const postgresPlace: MakePlace = async () => {
  const test = await PostgresTestDatabase.create()
  const gateway = await test.open()
  const address = { databaseUrl: test.url, requireDurable: false }
  const opened: Place[] = []
  const keep = (place: Place): Place => {
    opened.push(place)
    return place
  }
  return {
    address,
    open: async () => keep(await openPlace(address, 'write')),
    openEmpty: async () => keep(await openDestination(address)),
    execute: async (sql) => gateway.transaction(async (queries) => queries.script(inPostgres(sql))),
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map(async (place) => place.close()))
      await test[Symbol.asyncDispose]()
    },
  }
}
