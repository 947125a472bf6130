import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Registry } from 'prom-client'
import type { Health } from './health.ts'
import { isLocal } from './local.ts'

export interface OpsParts {
  readonly health: () => Promise<Health>
  readonly registry: Pick<Registry, 'metrics' | 'contentType'>
  /** Who may read the metrics; they hold the ids of sites. */
  readonly metricsAccess: 'loopback' | 'any' | 'off'
}

/**
 * `/healthz`: the process lives; it looks at nothing, so that a supervisor does not restart what only
 * waits. `/readyz`: notifications can be stored; `degraded` in its body is no reason to take the gateway
 * away. `/metrics`: Prometheus.
 */
export function opsRoutes(parts: OpsParts): (app: FastifyInstance, options: object, done: () => void) => void {
  return function addOpsRoutes(app, _options, done) {
    app.get('/healthz', async (_request, reply) => uncached(reply).send({ status: 'ok' }))

    app.get('/readyz', async (_request, reply) => {
      const { ready, ...body } = await parts.health()
      return uncached(reply)
        .code(ready ? 200 : 503)
        .send(body)
    })

    app.get('/metrics', async (request, reply) => {
      const { metricsAccess, registry } = parts
      const allowed =
        metricsAccess === 'any' ||
        (metricsAccess === 'loopback' &&
          isLocal({ headers: request.headers, remoteAddress: request.raw.socket.remoteAddress }))
      if (!allowed) return uncached(reply).code(404).send('There is nothing at this address.\n')
      return uncached(reply)
        .type(registry.contentType)
        .send(await registry.metrics())
    })
    done()
  }
}

function uncached(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
}
