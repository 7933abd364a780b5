import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Repository } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { AuditLog, type RequestContext } from '#libs/audit';
import { Transactions } from '#libs/database';
import { AppError } from '#libs/errors';
import { ClientHostRule, type HostRule } from './client-host-rule.entity.js';
import { decideHost, normalHostPattern, patternsFor } from './host-pattern.js';

const MAX_RULES = 500;

/**
 * Which hosts may vouch for applications by Client ID Metadata Documents. Asked of the database each time, so that a
 * rule holds on every replica from the moment that it is set. Applications that register themselves are not meant.
 */
@Injectable()
export class ClientHostRules {
  constructor(
    @InjectRepository(ClientHostRule) private readonly rules: Repository<ClientHostRule>,
    private readonly transactions: Transactions,
    private readonly audit: AuditLog,
  ) {}

  /** Whether an application whose document is at this host may ask people for access. */
  async allows(hostname: string): Promise<boolean> {
    const matching = await this.rules.findBy({ host: In(patternsFor(hostname)) });
    const allowed = await this.rules.existsBy({ rule: 'allow' });
    return decideHost(
      matching.map(({ rule }) => rule),
      allowed,
    );
  }

  /** Whether an administrator allowed this host by name. */
  async isListed(hostname: string): Promise<boolean> {
    const matching = await this.rules.findBy({ host: In(patternsFor(hostname)) });
    return matching.length > 0 && matching.every(({ rule }) => rule === 'allow');
  }

  /**
   * All rules by host; there are at most 500.
   * @throws AppError `forbidden` unless the actor is an administrator
   */
  async list(actor: Actor): Promise<ClientHostRule[]> {
    requireAdmin(actor);
    return this.rules.find({ order: { host: 'ASC' }, take: MAX_RULES });
  }

  /**
   * Allows or denies a host, or every host below a domain (`*.example.com`); replaces what was said of it before. The
   * first allowed host shuts all others out. Connections that stand are not ended.
   *
   * @throws AppError `forbidden`, `invalid_request` (no host name), `conflict` (too many rules)
   */
  async set(actor: Actor, host: string, rule: HostRule, { ip }: RequestContext): Promise<ClientHostRule> {
    requireAdmin(actor);
    const pattern = requirePattern(host);
    return this.transactions.run(async (manager) => {
      const repository = manager.getRepository(ClientHostRule);
      const known = await repository.existsBy({ host: pattern });
      if (!known && (await repository.count()) >= MAX_RULES) {
        throw new AppError('conflict', `There may be at most ${MAX_RULES} rules. Remove one first.`);
      }
      await repository.upsert({ host: pattern, rule }, ['host']);
      await this.audit.record(change(actor, ip, pattern, rule), manager);
      return repository.findOneByOrFail({ host: pattern });
    });
  }

  /** @throws AppError `forbidden`, `not_found` */
  async remove(actor: Actor, host: string, { ip }: RequestContext): Promise<void> {
    requireAdmin(actor);
    const pattern = requirePattern(host);
    await this.transactions.run(async (manager) => {
      const { affected } = await manager.delete(ClientHostRule, { host: pattern });
      if (!affected) throw new AppError('not_found', `There is no rule for ${pattern}.`);
      await this.audit.record(change(actor, ip, pattern, null), manager);
    });
  }
}

function change(actor: Actor, ip: string | null, host: string, rule: HostRule | null) {
  return { type: 'client_host.rule_changed' as const, actorId: actor.userId, ip, details: { host, rule } };
}

function requireAdmin(actor: Actor): void {
  if (actor.role !== 'admin') throw new AppError('forbidden', 'Only administrators may do that.');
}

function requirePattern(host: string): string {
  const pattern = normalHostPattern(host);
  if (pattern !== undefined) return pattern;
  throw new AppError('invalid_request', 'The host must be a name such as claude.ai or *.example.com.', {
    nextStep: 'Leave out https://, port and path.',
  });
}
