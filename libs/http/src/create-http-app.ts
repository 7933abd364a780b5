import helmet from '@fastify/helmet';
import type { LoggerService, Type } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { nanoid } from 'nanoid';
import type { AppConfig } from '#libs/config';
import { AppErrorFilter } from './app-error.filter.js';
import { registerAccessLog } from './access-log.js';
import { registerBodyDeadline } from './body-deadline.js';
import { registerEarlyAnswer } from './early-answer.js';
import { sendError } from './send-error.js';
import { createValidationPipe } from './validation.pipe.js';

/** JSON and form bodies; routes that take more say so themselves. */
const BODY_LIMIT_BYTES = 1024 * 1024;

/**
 * A Nest application on Fastify with what every route of the project shares: request ids, trusted proxies, security
 * headers, body limits, validation and the REST rendering of errors. Whoever calls it registers the rest and listens.
 */
export async function createHttpApp(
  module: Type | DynamicModule,
  config: AppConfig,
  logger: LoggerService,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: config.TRUST_PROXY ?? false,
    // Never a caller's own id: a log line must not be forgeable.
    genReqId: () => nanoid(16),
    requestTimeout: 0,
    connectionTimeout: 0,
    keepAliveTimeout: 75_000,
    forceCloseConnections: true,
    // Addresses that the router cannot read come to no route, no hook and no filter.
    frameworkErrors: sendRouterError,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger,
    abortOnError: false,
    bufferLogs: false,
  });
  registerAccessLog(adapter.getInstance());
  registerBodyDeadline(adapter.getInstance());
  registerEarlyAnswer(adapter.getInstance());
  await app.register(helmet, helmetOptions(config));
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new AppErrorFilter());
  return app;
}

function sendRouterError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
  sendError(request, reply, error);
}

/** Answers are data by default; a page or a media file relaxes for itself what it needs. */
function helmetOptions(config: AppConfig) {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    strictTransportSecurity: config.secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    crossOriginOpenerPolicy: false,
    referrerPolicy: { policy: 'no-referrer' as const },
    frameguard: { action: 'deny' as const },
  };
}
