import { Body, Controller, Delete, Get, HttpCode, Param, Put, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { IsIn } from 'class-validator';
import { type Actor, AdminGuard, CurrentActor } from '#libs/accounts';
import { ApiRoute, type ListPage, schemas } from '#libs/http';
import type { ClientHostRule, HostRule } from '../clients/hosts/client-host-rule.entity.js';
import { ClientHostRules } from '../clients/hosts/client-host-rules.service.js';

/** What is said of a host. */
export interface HostRuleView {
  /** A host name, or `*.` and a domain for every host below it. */
  host: string;
  rule: HostRule;
  createdAt: Date;
}

const HOST_RULES: readonly HostRule[] = ['allow', 'deny'];

const HOST_RULE_SCHEMA = schemas.view<HostRuleView>('ClientHostRule', {
  host: schemas.like('claude.ai'),
  rule: schemas.oneOf(HOST_RULES),
  createdAt: schemas.time,
});

/** Body of what is said of a host. */
export class SetHostRuleDto {
  @IsIn(HOST_RULES)
  rule!: HostRule;
}

/** Which hosts may vouch for applications by Client ID Metadata Documents, for administrators. */
@Controller('admin/oauth/client-hosts')
@UseGuards(AdminGuard)
export class AdminClientHostsController {
  constructor(private readonly rules: ClientHostRules) {}

  /** All of them: there are at most 500. */
  @Get()
  @ApiRoute({
    summary: 'List the hosts of client documents, all of them',
    answer: schemas.pageOf(HOST_RULE_SCHEMA),
  })
  async list(@CurrentActor() actor: Actor): Promise<ListPage<HostRuleView>> {
    const items = (await this.rules.list(actor)).map(viewOf);
    return { items, page: 1, limit: items.length, total: items.length };
  }

  @Put(':host')
  @ApiRoute({
    summary: 'Allow or deny a host of client documents',
    answer: HOST_RULE_SCHEMA,
    refusals: { 409: 'There are 500 rules already.' },
  })
  async set(
    @CurrentActor() actor: Actor,
    @Param('host') host: string,
    @Body() { rule }: SetHostRuleDto,
    @Req() { ip }: FastifyRequest,
  ): Promise<HostRuleView> {
    return viewOf(await this.rules.set(actor, host, rule, { ip }));
  }

  @Delete(':host')
  @HttpCode(204)
  @ApiRoute({ summary: 'Say nothing of a host any more' })
  remove(
    @CurrentActor() actor: Actor,
    @Param('host') host: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<void> {
    return this.rules.remove(actor, host, { ip });
  }
}

function viewOf({ host, rule, createdAt }: ClientHostRule): HostRuleView {
  return { host, rule, createdAt };
}
