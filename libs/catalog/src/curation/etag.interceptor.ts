import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Observable, tap } from 'rxjs';

/** Says the `etag` of the answer in the header `ETag`, too. */
@Injectable()
export class EtagInterceptor implements NestInterceptor<{ etag: string }> {
  intercept(context: ExecutionContext, next: CallHandler<{ etag: string }>): Observable<{ etag: string }> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(tap(({ etag }) => void reply.header('etag', etag)));
  }
}
