import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Observable, tap } from 'rxjs';
import { AppError } from '#libs/errors';

interface Tagged {
  id: string;
  version: number;
}

/** The entity tag of one version of an entry (RFC 9110 §8.8.3). */
export const entryTag = ({ id, version }: Tagged): string => `"${id}.${version}"`;

/**
 * `If-Match` (RFC 9110 §13.1.1): one of its tags must be the entry's. A proxy may have made a tag weak on the way, which
 * changes nothing about the version that it names.
 *
 * @throws AppError `precondition_failed`
 */
export function assertMatches(ifMatch: string | undefined, entry: Tagged): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const tags = ifMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (tags.includes(entryTag(entry))) return;
  throw new AppError('precondition_failed', `Version ${entry.version} stands now.`, {
    nextStep: 'Read it again and make the change on what stands now.',
  });
}

/** Sets `ETag` on every answer that is one version of an entry. */
@Injectable()
export class EntryTagInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      tap((answer: unknown) => {
        const { id, version } = (answer ?? {}) as Partial<Tagged>;
        if (id !== undefined && version !== undefined) void reply.header('etag', entryTag({ id, version }));
      }),
    );
  }
}
