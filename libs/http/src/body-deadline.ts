import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Ends the connection of a body that does not arrive. */
    bodyTimer?: NodeJS.Timeout;
  }
}

/** Node's own default, which is off here because streamed uploads may take longer. */
const BODY_DEADLINE_MS = 300_000;

/**
 * Ends the connection when a body is not read within its time, so that nobody holds sockets with bodies that never
 * come. Routes that stream their body have it "parsed" at once and watch over it themselves.
 */
export function registerBodyDeadline(fastify: FastifyInstance, milliseconds = BODY_DEADLINE_MS): void {
  fastify.decorateRequest('bodyTimer', undefined);
  const clear = async (request: FastifyRequest, _reply: FastifyReply): Promise<void> => {
    clearTimeout(request.bodyTimer);
  };
  fastify.addHook('preParsing', async (request) => {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    request.bodyTimer = setTimeout(() => request.raw.destroy(), milliseconds).unref();
  });
  fastify.addHook('preValidation', clear);
  fastify.addHook('onResponse', clear);
}
