import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountsModule } from '#libs/accounts';
import { AuditModule } from '#libs/audit';
import { AdminClientsService } from './admin/admin-clients.service.js';
import { ClientAuthenticator } from './clients/client-authenticator.js';
import { ClientsService } from './clients/clients.service.js';
import { ClientHostRule } from './clients/hosts/client-host-rule.entity.js';
import { ClientHostRules } from './clients/hosts/client-host-rules.service.js';
import { OAuthClient } from './clients/oauth-client.entity.js';
import { AuthorizationCode } from './grants/authorization-code.entity.js';
import { AuthorizationRequest } from './grants/authorization-request.entity.js';
import { AuthorizationRequestsService } from './grants/authorization-requests.service.js';
import { Grant } from './grants/grant.entity.js';
import { GrantsService } from './grants/grants.service.js';
import { AccessToken } from './tokens/access-token.entity.js';
import { AccessTokenVerifier } from './tokens/access-token.verifier.js';
import { BearerStrategy } from './tokens/bearer.strategy.js';
import { CodeExchangeService } from './tokens/code-exchange.service.js';
import { McpBearerGuard } from './tokens/mcp-bearer.guard.js';
import { OpenRequests } from './tokens/open-requests.js';
import { RefreshExchangeService } from './tokens/refresh-exchange.service.js';
import { RefreshToken } from './tokens/refresh-token.entity.js';
import { RevocationService } from './tokens/revocation.service.js';
import { TokenCache } from './tokens/token-cache.js';
import { TokenIssuer } from './tokens/token-issuer.js';

/** Clients, grants and tokens, and the verification of tokens. */
@Module({
  imports: [
    AccountsModule,
    AuditModule,
    TypeOrmModule.forFeature([
      OAuthClient,
      ClientHostRule,
      AuthorizationRequest,
      Grant,
      AuthorizationCode,
      RefreshToken,
      AccessToken,
    ]),
  ],
  providers: [
    AdminClientsService,
    ClientsService,
    ClientHostRules,
    ClientAuthenticator,
    AuthorizationRequestsService,
    GrantsService,
    CodeExchangeService,
    RefreshExchangeService,
    RevocationService,
    TokenIssuer,
    TokenCache,
    OpenRequests,
    AccessTokenVerifier,
    BearerStrategy,
    McpBearerGuard,
  ],
  exports: [
    AccountsModule,
    AuditModule,
    TypeOrmModule,
    AdminClientsService,
    ClientsService,
    ClientHostRules,
    ClientAuthenticator,
    AuthorizationRequestsService,
    GrantsService,
    CodeExchangeService,
    RefreshExchangeService,
    RevocationService,
    AccessTokenVerifier,
    McpBearerGuard,
    OpenRequests,
  ],
})
export class OAuthModule {}
