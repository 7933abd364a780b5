import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Actor } from '#libs/accounts';

type RequestId = string | number;

/** Why a call was ended, when it was not the client's going away. */
export type EndReason = 'cancelled' | 'shutdown';

/**
 * The calls that run in this process. The transport is stateless, so a `notifications/cancelled` comes as a request
 * of its own and must find the call that it means.
 */
@Injectable()
export class RunningCalls implements BeforeApplicationShutdown {
  private readonly calls = new Map<string, Set<AbortController>>();

  /** @returns the call's own controller, and the function to call when it is over */
  start(actor: Actor, id: RequestId): { controller: AbortController; finish: () => void } {
    const key = keyOf(actor, id);
    const controller = new AbortController();
    const same = this.calls.get(key) ?? new Set();
    this.calls.set(key, same.add(controller));
    return {
      controller,
      finish: () => {
        same.delete(controller);
        if (same.size === 0) this.calls.delete(key);
      },
    };
  }

  /**
   * Ends the call that a cancellation means. Two windows of one client count their requests alike; where an id
   * fits two calls, none is ended, because ending a wait is a comfort and ending another window's is a fault.
   */
  cancel(actor: Actor, id: RequestId): void {
    const same = this.calls.get(keyOf(actor, id));
    if (same?.size !== 1) return;
    for (const controller of same) controller.abort('cancelled' satisfies EndReason);
  }

  /** Waits may last ten minutes; a process that stops ends them at once, and the client asks another one. */
  beforeApplicationShutdown(): void {
    for (const same of this.calls.values()) {
      for (const controller of same) controller.abort('shutdown' satisfies EndReason);
    }
  }
}

function keyOf(actor: Actor, id: RequestId): string {
  return `${actor.userId} ${actor.clientId} ${typeof id} ${id}`;
}
