import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import type { Actor } from '../actor.js';
import { CurrentActor } from '../current-actor.decorator.js';
import { AdminGuard } from './admin.guard.js';
import { ListAuditQuery } from './admin-audit.dto.js';
import { AdminAuditService, type AuditPage } from './admin-audit.service.js';

/** Who did what and when, for administrators. */
@Controller('admin/audit')
@UseGuards(AdminGuard)
export class AdminAuditController {
  constructor(private readonly audit: AdminAuditService) {}

  @Get()
  list(@CurrentActor() actor: Actor, @Query() query: ListAuditQuery): Promise<AuditPage> {
    return this.audit.list(actor, query);
  }
}
