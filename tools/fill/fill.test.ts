import { describeFill } from './conformance.ts'

describeFill('SQLite', async () => null)
