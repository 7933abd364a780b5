import { Injectable } from '@nestjs/common';
import type { EngineProgress } from '#libs/engines';
import { EventBus } from '#libs/queue';
import type { RequestStatus } from './request-status.js';

/** Published after the change is committed. */
export interface RequestEvent {
  status: RequestStatus;
  progress?: EngineProgress;
}

const topic = (requestId: string): string => `request.${requestId}`;

/** That there is work, whoever's. */
const QUEUED = 'inference.queued';

/** "This request changed", across processes. */
@Injectable()
export class RequestEvents {
  constructor(private readonly bus: EventBus) {}

  /** Never throws. */
  publish(requestId: string, event: RequestEvent): Promise<void> {
    return this.bus.publish(topic(requestId), event);
  }

  /** @returns a function that ends the subscription */
  subscribe(requestId: string, listener: (event: RequestEvent) => void): () => void {
    return this.bus.subscribe(topic(requestId), listener);
  }

  /** Tells the workers that a request waits. Never throws. */
  publishQueued(): Promise<void> {
    return this.bus.publish(QUEUED);
  }

  /** @returns a function that ends the subscription */
  onQueued(listener: () => void): () => void {
    return this.bus.subscribe(QUEUED, listener);
  }
}
