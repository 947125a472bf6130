import { sqlitePlace } from '../../testing/installationPlaces.ts'
import { describeBackup } from './conformance.ts'

describeBackup('SQLite to SQLite', { from: sqlitePlace, to: sqlitePlace })
