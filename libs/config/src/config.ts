import type { z } from 'zod';
import { environmentSchema } from './environment.schema.js';

type Environment = z.output<typeof environmentSchema>;

/** Everything that can be set, read once from the environment and frozen. */
export type AppConfig = Readonly<Environment> & {
  /** The origin of `PUBLIC_URL`, without a trailing slash: the OAuth issuer (RFC 8414 §2). */
  readonly issuer: string;
  /** The MCP endpoint and protected resource identifier (RFC 9728 §1.2). */
  readonly mcpResource: string;
  /** True when `PUBLIC_URL` is https, so cookies can be `__Host-` and Secure. */
  readonly secure: boolean;
};

/** Thrown with every problem of the environment in one message, a line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** DI token of the {@link AppConfig}. */
export const APP_CONFIG = Symbol('APP_CONFIG');

/** Reads, checks and freezes the configuration. The only reader of `process.env` in the project. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): AppConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`The configuration has ${problems.length} problem(s):\n${problems.join('\n')}`);
  }
  const issuer = new URL(parsed.data.PUBLIC_URL).origin;
  return Object.freeze({
    ...parsed.data,
    issuer,
    mcpResource: `${issuer}/mcp`,
    secure: issuer.startsWith('https:'),
  });
}
