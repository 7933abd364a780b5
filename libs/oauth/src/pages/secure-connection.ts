import type { FastifyRequest } from 'fastify';
import type { AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';

/** A Secure cookie cannot be set on a connection that looks like http, and people would go round in circles. */
export function requireSecureConnection(config: AppConfig, request: FastifyRequest): void {
  if (!config.secure || request.protocol === 'https') return;
  throw new AppError(
    'unavailable',
    'This server is set up for https, but your request reached it over http.',
    {
      nextStep: 'If a proxy ends TLS in front of it, its address must be named in TRUST_PROXY.',
    },
  );
}
