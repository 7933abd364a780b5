import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** A line per request: the path only, because queries carry codes, states and signatures. */
export function registerAccessLog(fastify: FastifyInstance): void {
  const logger = new Logger('http');
  fastify.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    void reply.header('x-request-id', request.id);
  });
  fastify.addHook('onResponse', async (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0];
    const line = `${request.method} ${path} ${reply.statusCode} ${reply.elapsedTime.toFixed(1)}ms ${request.id}`;
    if (reply.statusCode >= 500) logger.warn(line);
    else logger.debug(line);
  });
}
