import { sqlitePlace } from '../../testing/installationPlaces.ts'
import { describeMove } from './conformance.ts'

describeMove('SQLite to SQLite', { from: sqlitePlace, to: sqlitePlace, breaks: 12 })
