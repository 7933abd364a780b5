import type { FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface Session {
    /** What the next page says of the change that led to it. */
    notice?: string;
  }
}

/** After a change: to the page that then says what happened, and that can be loaded again without doing it twice. */
export function leaveWithNotice(
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  notice: string,
): void {
  request.session.notice = notice;
  void reply.header('cache-control', 'no-store').redirect(path, 303);
}

/** What the page before left to say, this once. */
export function takeNotice({ session }: FastifyRequest): string | undefined {
  const { notice } = session;
  if (notice !== undefined) session.notice = undefined;
  return notice;
}
