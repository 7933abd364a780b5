import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#libs/errors';
import { ApiKeysService } from './api-keys.service.js';

/** `Authorization: Key <api key>` or `Bearer <api key>`; sets `request.actor`. An MCP access token is no API key. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(private readonly apiKeys: ApiKeysService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = apiKeyOf(request.headers.authorization);
    const actor = key === undefined ? null : await this.apiKeys.verify(key);
    if (!actor) {
      void context.switchToHttp().getResponse<FastifyReply>().header('www-authenticate', 'Key');
      throw new AppError('unauthenticated', 'A valid API key is needed: `Authorization: Key <your key>`.');
    }
    request.actor = actor;
    return true;
  }
}

/** The key in an Authorization header; undefined when there is none of the two schemes (RFC 9110 §11.4). */
export function apiKeyOf(header: string | undefined): string | undefined {
  return /^(?:key|bearer) +(mrk_[\w-]{43})$/i.exec(header ?? '')?.[1];
}
