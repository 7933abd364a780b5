import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** How long a client that has its answer may go on sending, so that it gets to read that answer. */
const DRAIN_MS = 5_000;

/**
 * For requests that are answered before their body is read, such as a stranger's upload. A client that asks first
 * (`Expect: 100-continue`, RFC 9110 §10.1.1) is told to go on when its body is about to be read and not, as Node does
 * it, before anybody looked at the request. And one that sends anyway is cut off: Node would read and drop all that
 * comes, for as long as it comes.
 */
export function registerEarlyAnswer(fastify: FastifyInstance, drainMs = DRAIN_MS): void {
  const waiting = new WeakSet<IncomingMessage>();
  fastify.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    waiting.add(request);
    fastify.server.emit('request', request, response);
  });
  fastify.addHook('preParsing', async (request, reply) => {
    if (waiting.delete(request.raw)) reply.raw.writeContinue();
  });
  fastify.addHook('onResponse', async ({ raw }) => {
    if (raw.complete || raw.destroyed) return;
    const timer = setTimeout(() => raw.destroy(), drainMs).unref();
    for (const event of ['end', 'close']) raw.once(event, () => clearTimeout(timer));
  });
}
