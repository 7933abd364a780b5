export { AdminClientsService } from './admin/admin-clients.service.js';
export { OAuthHttpModule } from './oauth-http.module.js';
export { OAuthModule } from './oauth.module.js';
export { registerOAuth } from './register-oauth.js';
export { McpBearerGuard } from './tokens/mcp-bearer.guard.js';
