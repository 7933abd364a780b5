import { Controller, Get, Header, Inject } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { SUPPORTED_AUTH_METHODS, SUPPORTED_GRANT_TYPES } from '../clients/client-metadata.js';
import { GRANTABLE_SCOPES, MCP_SCOPE } from '../grants/scopes.js';

const CACHING = 'public, max-age=300';

/**
 * The two documents by which a client finds its way. All URLs come from the configuration, never from the request's
 * Host. There is no OpenID document: half of one would break clients that a 404 sends on their way.
 */
@Controller()
export class DiscoveryController {
  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {}

  /** Protected resource metadata (RFC 9728 §3.1), also at the root, where clients look second. */
  @Get(['.well-known/oauth-protected-resource', '.well-known/oauth-protected-resource/mcp'])
  @Header('cache-control', CACHING)
  protectedResource(): object {
    return {
      resource: this.config.mcpResource,
      authorization_servers: [this.config.issuer],
      scopes_supported: [MCP_SCOPE],
      bearer_methods_supported: ['header'],
      resource_name: 'ModelRunner',
      resource_documentation: `${this.config.issuer}/`,
    };
  }

  /** Authorization server metadata (RFC 8414 §3), also under the path of the resource, where some clients look. */
  @Get(['.well-known/oauth-authorization-server', '.well-known/oauth-authorization-server/mcp'])
  @Header('cache-control', CACHING)
  authorizationServer(): object {
    const { issuer } = this.config;
    return {
      issuer,
      authorization_endpoint: `${issuer}/oauth/authorize`,
      token_endpoint: `${issuer}/oauth/token`,
      registration_endpoint: `${issuer}/oauth/register`,
      revocation_endpoint: `${issuer}/oauth/revoke`,
      scopes_supported: GRANTABLE_SCOPES,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: SUPPORTED_GRANT_TYPES,
      token_endpoint_auth_methods_supported: SUPPORTED_AUTH_METHODS,
      revocation_endpoint_auth_methods_supported: SUPPORTED_AUTH_METHODS,
      client_id_metadata_document_supported: this.config.CLIENT_ID_METADATA_DOCUMENTS || undefined,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      service_documentation: `${issuer}/`,
    };
  }
}
