import type { Engine, EngineName } from './engine.ts'
import { SqliteEngine } from './sqliteEngine.ts'

/** @param folder of the run: everything that is stored lies in it */
export async function openEngine(name: EngineName, folder: string): Promise<Engine> {
  if (name === 'sqlite') return new SqliteEngine(folder)
  throw new Error(`there is no engine ${name}`)
}
