import { postgresPlace, sqlitePlace } from '../../testing/installationPlaces.ts'
import { describeMove } from './conformance.ts'

describeMove('SQLite to PostgreSQL', { from: sqlitePlace, to: postgresPlace, breaks: 5 })
describeMove('PostgreSQL to SQLite', { from: postgresPlace, to: sqlitePlace, breaks: 5 })
