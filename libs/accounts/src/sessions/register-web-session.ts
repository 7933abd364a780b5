import cookie from '@fastify/cookie';
import csrfProtection from '@fastify/csrf-protection';
import session from '@fastify/session';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify';
import { APP_CONFIG, type AppConfig, ConfigError } from '#libs/config';
import { SESSION_TTL_MS, WebSessionStore } from './web-session.store.js';

declare module 'fastify' {
  interface Session {
    /** Who is signed in. */
    userId?: string;
    /** The user's `signInEpoch` at the sign-in; the session is worth nothing under another. */
    signInEpoch?: number;
    /** Names this browser, before and after sign-in; authorization requests are bound to it. */
    browserId?: string;
  }
}

/** Routes that people reach with a browser. All others never look at the session cookie. */
const SESSION_ROUTES =
  /^\/(login(\/oidc(\/callback)?)?|logout|consent|(oauth\/)?authorize|account(\/.*)?|admin(\/.*)?)?$/;

/** `__Host-` binds the cookie to this very origin, but browsers take that name over https only. */
export function sessionCookieName(config: AppConfig): string {
  return config.secure ? '__Host-sid' : 'sid';
}

/**
 * Sessions and CSRF tokens for the pages. Call it after the application is created and before it is initialised.
 * Needs `SECRET_KEY`, so that a session survives a restart and is known to every replica.
 */
export async function registerWebSession(app: NestFastifyApplication): Promise<void> {
  const config = app.get<AppConfig>(APP_CONFIG);
  if (!config.SECRET_KEY) throw new ConfigError('SECRET_KEY is not set: web sessions cannot be signed.');
  if (config.secure && !config.TRUST_PROXY) {
    new Logger('sessions').warn(
      'PUBLIC_URL is https but TRUST_PROXY is not set: behind a proxy that ends TLS nobody can sign in.',
    );
  }
  const fastify = app.getHttpAdapter().getInstance();
  await fastify.register(cookie);
  await fastify.register(pageSession, {
    secret: config.SECRET_KEY,
    cookieName: sessionCookieName(config),
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure: config.secure, maxAge: SESSION_TTL_MS },
    store: app.get<WebSessionStore>(WebSessionStore),
    saveUninitialized: false,
    rolling: false,
  });
  await fastify.register(csrfProtection, { sessionPlugin: '@fastify/session' });
}

/**
 * @fastify/session puts its hooks on every route of the server. Here they run on the routes for people only, so that
 * an MCP call neither pays for a session nor could ever be signed in by a cookie.
 */
const pageSession: FastifyPluginCallback<session.FastifySessionOptions> = (instance, options, done) => {
  const scoped = Object.create(instance, {
    addHook: {
      value: (name: 'onRequest', hook: (...hookArguments: unknown[]) => void) =>
        instance.addHook(name, (...hookArguments: unknown[]) => {
          const [request] = hookArguments as [FastifyRequest];
          if (SESSION_ROUTES.test(request.routeOptions.url ?? '-')) hook(...hookArguments);
          else (hookArguments.at(-1) as () => void)();
        }),
    },
  }) as FastifyInstance;
  session(scoped, options, done);
};
// What fastify-plugin does: the decorators and hooks belong to the whole server, not to a child context.
Object.assign(pageSession, { [Symbol.for('skip-override')]: true });
