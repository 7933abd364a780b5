import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditLog } from './audit-log.js';
import { AuditRecord } from './audit-record.entity.js';

/** The audit trail, for every feature that has something to tell it. */
@Module({
  imports: [TypeOrmModule.forFeature([AuditRecord])],
  providers: [AuditLog],
  exports: [AuditLog, TypeOrmModule],
})
export class AuditModule {}
