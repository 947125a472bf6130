import type { Engine, EngineName } from './engine.ts'
import { PostgresEngine } from './postgresEngine.ts'
import { SqliteEngine } from './sqliteEngine.ts'

/** @param folder of the run: everything that is stored lies in it */
export async function openEngine(name: EngineName, folder: string): Promise<Engine> {
  return name === 'sqlite' ? new SqliteEngine(folder) : PostgresEngine.start(folder)
}
