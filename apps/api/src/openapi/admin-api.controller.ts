import { Controller, Get, Header, UseFilters, UseGuards } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { AdminGuard } from '#libs/accounts';
import { ApiRoute, schemas } from '#libs/http';
import { AdminApi } from './admin-api.service.js';
import { DOCS_PAGE_POLICY } from './docs-page.js';
import { SignInFilter } from './sign-in.filter.js';

/** What the admin REST is, for programs and for people; for whoever may use any of it. */
@Controller('admin')
@UseGuards(AdminGuard)
@AdminGuard.AlsoCurators()
export class AdminApiController {
  constructor(private readonly api: AdminApi) {}

  @Get('openapi.json')
  @Header('cache-control', 'no-store')
  @ApiRoute({ summary: 'Read this description, as OpenAPI 3.1', answer: schemas.object })
  document(): Promise<OpenAPIObject> {
    return this.api.document();
  }

  @Get('docs')
  @UseFilters(SignInFilter)
  @Header('cache-control', 'no-store')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', DOCS_PAGE_POLICY)
  @ApiRoute({ summary: 'Read this description, as a page', answer: schemas.text, mediaType: 'text/html' })
  docs(): Promise<string> {
    return this.api.docsPage();
  }
}
