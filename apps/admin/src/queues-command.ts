import type { AdminQueuesService, QueueView } from '#libs/inference';
import type { CommandResult } from './command-result.js';

/** `queues`: a line for each queue, below it what waits and runs by model, who works, and what failed. */
export async function runQueuesCommand(queues: AdminQueuesService): Promise<CommandResult> {
  const { items } = await queues.list(null);
  return { rows: items, lines: items.flatMap(linesOf) };
}

function linesOf({ name, counts, workers, failures, requests }: QueueView): string[] {
  const jobs = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
  return [
    `${name}: ${jobs.join(', ')}; ${workers} worker(s)`,
    ...(requests ? requestLines(requests) : []),
    ...failures.map(
      ({ id, reason, failedAt }) => `  failed ${failedAt?.toISOString() ?? ''} ${id}  ${reason}`,
    ),
  ];
}

function requestLines(requests: NonNullable<QueueView['requests']>): string[] {
  const { queued, running, oldestQueuedSeconds, models, busyWorkers } = requests;
  return [
    `  requests: ${queued} queued${age(oldestQueuedSeconds)}, ${running} running`,
    ...models.map(
      (model) =>
        `  ${model.modelEndpoint}: ${model.queued} queued${age(model.oldestQueuedSeconds)}, ${model.running} running`,
    ),
    ...busyWorkers.map(
      (busy) =>
        `  worker ${busy.worker}: ${busy.running} running, last heard ${busy.heartbeatAt.toISOString()}`,
    ),
  ];
}

const age = (seconds: number | null): string =>
  seconds === null ? '' : ` (oldest ${Math.round(seconds)} s)`;
