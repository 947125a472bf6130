import type { FastifyInstance, FastifyReply } from 'fastify'
import { type Answer, explanation, methodNotAllowed, notFound, refusalAnswer } from './answers.ts'
import { webhookAddress } from './webhookAddress.ts'
import { answerHeaders } from './writeAnswer.ts'

/**
 * The answer at every address that nothing else serves, and at the webhook's to all but a POST. One route takes them
 * all, since some addresses differ by their query alone.
 */
export function addOtherRoutes(app: FastifyInstance, isSite: IsSite): void {
  app.route({
    url: '/*',
    method: [...app.supportedMethods],
    exposeHeadRoute: false,
    // Before the body, which is nothing to us; a malformed one would be answered by Fastify.
    onRequest: (request, reply) => void send(reply, answerWithoutBody(request.method, request.raw.url ?? '', isSite)),
    handler: async (_request, reply) => send(reply, notFound),
  })
}

/** Whether there is a site of this id. */
export type IsSite = (id: string) => boolean

/** Of a request that is no message of SNS. */
export function answerWithoutBody(method: string, url: string, isSite: IsSite): Answer {
  const address = webhookAddress(url)
  // A POST to a webhook's address never comes here.
  if (address === null || method === 'POST') return notFound
  // Whoever tries a mistyped address must not read that it is right: what SNS posts there is refused.
  if (address.site !== null && !isSite(address.site)) return refusalAnswer('SITE_UNKNOWN')
  return method === 'GET' || method === 'HEAD' ? explanation : methodNotAllowed
}

export function send(reply: FastifyReply, answer: Answer): FastifyReply {
  if (answer.allow !== undefined) reply.header('allow', answer.allow)
  return reply.code(answer.status).headers(answerHeaders).send(`${answer.text}\n`)
}
