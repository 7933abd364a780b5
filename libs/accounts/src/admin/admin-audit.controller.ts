import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiRoute, schemas } from '#libs/http';
import type { Actor } from '../actor.js';
import { CurrentActor } from '../current-actor.decorator.js';
import { AdminGuard } from './admin.guard.js';
import { ListAuditQuery } from './admin-audit.dto.js';
import { AdminAuditService, AUDIT_RECORD_SCHEMA, type AuditPage } from './admin-audit.service.js';

/** Who did what and when, for administrators. */
@Controller('admin/audit')
@UseGuards(AdminGuard)
export class AdminAuditController {
  constructor(private readonly audit: AdminAuditService) {}

  @Get()
  @ApiRoute({
    summary: 'List the audit trail, the newest first',
    answer: schemas.cursorPageOf(AUDIT_RECORD_SCHEMA),
  })
  list(@CurrentActor() actor: Actor, @Query() query: ListAuditQuery): Promise<AuditPage> {
    return this.audit.list(actor, query);
  }
}
