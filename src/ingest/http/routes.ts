import type { FastifyInstance, FastifyReply } from 'fastify'
import { type Answer, explanation, methodNotAllowed, notFound } from './answers.ts'
import { webhookAddress } from './webhookAddress.ts'
import { answerHeaders } from './writeAnswer.ts'

/**
 * The answer at every address that nothing else serves, and at the webhook's to all but a POST. One route takes them
 * all, since some addresses differ by their query alone.
 */
export function addOtherRoutes(app: FastifyInstance): void {
  app.route({
    url: '/*',
    method: [...app.supportedMethods],
    exposeHeadRoute: false,
    // Before the body, which is nothing to us; a malformed one would be answered by Fastify.
    onRequest: (request, reply) => void send(reply, answerWithoutBody(request.method, request.raw.url ?? '')),
    handler: async (_request, reply) => send(reply, notFound),
  })
}

/** Of a request that is no message of SNS. */
export function answerWithoutBody(method: string, url: string): Answer {
  // A POST to a webhook's address never comes here.
  if (webhookAddress(url) === null || method === 'POST') return notFound
  return method === 'GET' || method === 'HEAD' ? explanation : methodNotAllowed
}

export function send(reply: FastifyReply, answer: Answer): FastifyReply {
  if (answer.allow !== undefined) reply.header('allow', answer.allow)
  return reply.code(answer.status).headers(answerHeaders).send(`${answer.text}\n`)
}
