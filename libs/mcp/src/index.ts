export { McpHttpModule } from './mcp-http.module.js';
