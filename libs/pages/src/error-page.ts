import type { FastifyReply } from 'fastify';
import { type AppError, HTTP_STATUS } from '#libs/errors';
import type { PageRenderer } from './page-renderer.js';

const TITLES: Record<number, string> = {
  403: 'This request is over',
  404: 'Nothing here',
  409: 'Already answered',
  413: 'Too large',
  429: 'Too many attempts',
};

/** What a status would say wrongly. */
const TITLES_BY_CODE: Record<string, string> = { forbidden: 'This page is not for you' };

/** An error as a page. Texts of 5xx are fixed, so nothing of a cause is shown. */
export function sendErrorPage(
  pages: PageRenderer,
  reply: FastifyReply,
  error: AppError,
  requestId: string,
): void {
  const status = HTTP_STATUS[error.kind];
  const { retryAfterSeconds, nextStep } = error.details;
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(Math.ceil(retryAfterSeconds)));
  const title =
    TITLES_BY_CODE[error.code] ??
    TITLES[status] ??
    (status >= 500 ? 'Something went wrong' : 'That did not work');
  pages.send(reply, 'error', { title, message: error.message, nextStep, requestId }, { status });
}
