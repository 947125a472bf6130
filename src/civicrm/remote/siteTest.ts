export type { CheckName, CheckResult, SiteTestReport } from './siteTest/report.ts'
export { testSite } from './siteTest/siteTest.ts'
