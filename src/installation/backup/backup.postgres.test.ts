import { postgresPlace, sqlitePlace } from '../../testing/installationPlaces.ts'
import { describeBackup } from './conformance.ts'

describeBackup('SQLite to PostgreSQL', { from: sqlitePlace, to: postgresPlace })
describeBackup('PostgreSQL to SQLite', { from: postgresPlace, to: sqlitePlace })
describeBackup('PostgreSQL to PostgreSQL', { from: postgresPlace, to: postgresPlace })
