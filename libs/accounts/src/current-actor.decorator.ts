import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '#libs/errors';
import type { Actor } from './actor.js';

/** The {@link Actor} that the route's guard found. Throws `unauthenticated` on a route without a guard. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { actor } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!actor) throw new AppError('unauthenticated');
  return actor;
});
