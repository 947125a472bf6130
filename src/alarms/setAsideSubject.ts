/** Site and receiving domain as the subject of one alarm; neither holds a space. */
export function setAsideSubject(site: string, domain: string): string {
  return `${site} ${domain}`
}

export function siteAndDomain(subject: string): { readonly site: string; readonly domain: string } {
  const [site = '', domain = ''] = subject.split(' ')
  return { site, domain }
}
