export type { CheckName, CheckResult, SiteCheck, SiteTestReport } from './siteTest/report.ts'
export { type SiteTestOptions, testSite } from './siteTest/siteTest.ts'
