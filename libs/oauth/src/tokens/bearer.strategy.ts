import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import Strategy from 'passport-http-bearer';
import { AccessTokenVerifier } from './access-token.verifier.js';
import type { VerifiedToken } from './token-cache.js';

export const BEARER_STRATEGY = 'mcp-bearer';

/** passport-http-bearer over our verifier, reading the Authorization header alone. */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, BEARER_STRATEGY) {
  constructor(private readonly verifier: AccessTokenVerifier) {
    super({});
  }

  /** The strategy would also take a token from the query or the body; MCP forbids both, so it never sees them. */
  override authenticate(request: { headers: { authorization?: string } }): void {
    super.authenticate({ headers: { authorization: request.headers.authorization } });
  }

  async validate(token: string): Promise<VerifiedToken | false> {
    return (await this.verifier.verify(token)) ?? false;
  }
}
