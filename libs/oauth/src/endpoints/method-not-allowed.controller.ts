import { Controller, Get, UseFilters } from '@nestjs/common';
import { OAuthErrorFilter } from '../oauth-error.filter.js';
import { OAuthError } from '../oauth-error.js';

/** The endpoints that take POST alone say so, in JSON: a browser or a probing client may GET them. */
@Controller()
@UseFilters(OAuthErrorFilter)
export class MethodNotAllowedController {
  @Get(['oauth/token', 'oauth/register', 'oauth/revoke', 'token', 'register'])
  refuse(): never {
    throw new OAuthError('invalid_request', 'This endpoint takes POST only.', 405, { allow: 'POST' });
  }
}
