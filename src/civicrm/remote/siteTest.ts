export type { CheckName, CheckResult, SiteCheck, SiteTestReport } from './siteTest/report.ts'
