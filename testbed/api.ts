import type { Testbed } from './testbed.ts'

/**
 * CiviCRM's two APIs as plain as they come, for tests that want to see what CiviCRM itself says. It
 * shares no code with the gateway's own client, whose work it checks.
 */
export interface Reply {
  readonly status: number
  readonly text: string
  /** Undefined where the text is no JSON object. */
  readonly json: Readonly<Record<string, unknown>> | undefined
}

/** One APIv3 call, or with entity `api3` and action `call` a list of calls in `parameters`. */
export async function api3(
  testbed: Testbed,
  key: string,
  entity: string,
  action: string,
  parameters: unknown,
): Promise<Reply> {
  return post(testbed, key, 'civicrm/ajax/rest', { entity, action, json: JSON.stringify(parameters) })
}

export async function api4(
  testbed: Testbed,
  key: string,
  entity: string,
  action: string,
  parameters: unknown,
): Promise<Reply> {
  return post(testbed, key, `civicrm/ajax/api4/${entity}/${action}`, { params: JSON.stringify(parameters) })
}

/** Who CiviCRM takes us for. */
export async function identity(testbed: Testbed, key: string | undefined): Promise<Reply> {
  return send(`${testbed.url}/civicrm/authx/id`, { headers: authorization(key) })
}

async function post(
  testbed: Testbed,
  key: string,
  route: string,
  fields: Readonly<Record<string, string>>,
): Promise<Reply> {
  return send(`${testbed.url}/${route}`, {
    method: 'POST',
    headers: authorization(key),
    body: new URLSearchParams(fields),
  })
}

function authorization(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { 'X-Civi-Auth': `Bearer ${key}` }
}

async function send(url: string, request: RequestInit): Promise<Reply> {
  const reply = await fetch(url, { ...request, redirect: 'manual', signal: AbortSignal.timeout(30_000) })
  const text = await reply.text()
  return { status: reply.status, text, json: parseObject(text) }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
