import { Controller, Delete, Get, Post, Put, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { McpBearerGuard } from '#libs/oauth';
import { JSON_RPC, jsonRpcError } from './json-rpc-error.js';
import { McpEndpoint } from './mcp-endpoint.service.js';

/** MCP over Streamable HTTP: one route, and it takes POST only. There are no sessions to listen to or to delete. */
@Controller('mcp')
export class McpController {
  constructor(private readonly endpoint: McpEndpoint) {}

  @Post()
  @UseGuards(McpBearerGuard)
  serve(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.endpoint.serve(request, reply);
  }

  @Get()
  refuseGet(@Res() reply: FastifyReply): FastifyReply {
    return methodNotAllowed(reply);
  }

  @Put()
  refusePut(@Res() reply: FastifyReply): FastifyReply {
    return methodNotAllowed(reply);
  }

  @Delete()
  refuseDelete(@Res() reply: FastifyReply): FastifyReply {
    return methodNotAllowed(reply);
  }
}

function methodNotAllowed(reply: FastifyReply): FastifyReply {
  return reply
    .code(405)
    .header('allow', 'POST')
    .send(jsonRpcError(JSON_RPC.transport, 'Method not allowed.'));
}
