import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '#libs/audit';
import { AccountsModule } from './accounts.module.js';
import { AdminAuditController } from './admin/admin-audit.controller.js';
import { AdminAuditService } from './admin/admin-audit.service.js';
import { AdminUsersController } from './admin/admin-users.controller.js';
import { AdminUsersService } from './admin/admin-users.service.js';
import { ExpiredSessionsSweeper } from './sessions/expired-sessions.sweeper.js';
import { User } from './users/user.entity.js';

/** The HTTP edge of the accounts: what administrators do with them. */
@Module({
  imports: [AccountsModule, AuditModule, TypeOrmModule.forFeature([User])],
  controllers: [AdminUsersController, AdminAuditController],
  providers: [AdminUsersService, AdminAuditService, ExpiredSessionsSweeper],
})
export class AccountsHttpModule {}
