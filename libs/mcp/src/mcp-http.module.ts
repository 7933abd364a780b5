import { Inject, Module, type NestModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { CatalogModule } from '#libs/catalog';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { FilesModule } from '#libs/files';
import { InferenceModule } from '#libs/inference';
import { OAuthModule } from '#libs/oauth';
import { McpEndpoint } from './mcp-endpoint.service.js';
import { registerMcpRouteOptions } from './mcp-route.js';
import { McpServerFactory } from './mcp-server.factory.js';
import { McpController } from './mcp.controller.js';
import { RunningCalls } from './running-calls.js';
import { ToolCaller } from './tool-caller.js';
import { ToolServices } from './tool-services.js';

/** POST /mcp. */
@Module({
  imports: [OAuthModule, CatalogModule, InferenceModule, FilesModule],
  controllers: [McpController],
  providers: [McpEndpoint, McpServerFactory, ToolCaller, ToolServices, RunningCalls],
})
export class McpHttpModule implements NestModule {
  constructor(
    private readonly adapterHost: HttpAdapterHost<FastifyAdapter>,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** Nest calls this before it registers the routes, which is when Fastify can still be told more about one. */
  configure(): void {
    registerMcpRouteOptions(this.adapterHost.httpAdapter.getInstance(), this.config);
  }
}
