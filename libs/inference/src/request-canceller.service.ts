import { Injectable } from '@nestjs/common';
import type { Actor } from '#libs/accounts';
import { AuditLog } from '#libs/audit';
import { Transactions } from '#libs/database';
import { RequestEvents } from './request-events.service.js';
import { RequestLifecycleRepository } from './request-lifecycle.repository.js';

/** The one way in which a request is cancelled, whoever asks and over which protocol. */
@Injectable()
export class RequestCanceller {
  constructor(
    private readonly lifecycle: RequestLifecycleRepository,
    private readonly events: RequestEvents,
    private readonly transactions: Transactions,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Ends a request that is not finished. The worker that runs it hears so and stops the engine; nothing is charged.
   * The owner may, and an administrator, which the audit trail tells.
   * @param ip where an administrator asked from, where that is known
   * @returns false when there is no such request, or it is finished
   */
  async cancel(actor: Actor, requestId: string, ip: string | null = null): Promise<boolean> {
    const cancelled =
      actor.role === 'admin'
        ? await this.cancelAsAdministrator(actor, requestId, ip)
        : await this.lifecycle.cancel(requestId, actor.userId);
    if (cancelled) await this.events.publish(requestId, { status: 'CANCELLED' });
    return cancelled;
  }

  private cancelAsAdministrator(actor: Actor, requestId: string, ip: string | null): Promise<boolean> {
    return this.transactions.run(async (manager) => {
      const request = await this.lifecycle.cancelAnyones(requestId, manager);
      if (!request) return false;
      const { userId, clientId, endpoint } = request;
      const details = { requestId, endpoint };
      await this.audit.record(
        { type: 'request.cancelled', actorId: actor.userId, userId, clientId, ip, details },
        manager,
      );
      return true;
    });
  }
}
