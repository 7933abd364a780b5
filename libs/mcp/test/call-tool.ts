import { compileArgumentCheck } from '../src/argument-checker.js';
import type { ToolServices } from '../src/tool-services.js';
import type { Progress, Tool, ToolOutput } from '../src/tools/tool.js';
import { actor, memoryServices } from './protocol-app.js';

/** One tool with services in memory, called as the wire calls it: raw arguments in, checked, handled. */
export function toolBench(tool: Tool) {
  const services = memoryServices();
  const progress: Progress[] = [];
  const check = compileArgumentCheck(tool);
  const context = {
    services: services as unknown as ToolServices,
    signal: new AbortController().signal,
    report: (update: Progress) => void progress.push(update),
    spooled: () => undefined,
  };
  return {
    services,
    progress,
    call: async (given: Record<string, unknown>): Promise<ToolOutput> =>
      tool.handler(actor, check(given) as never, context),
  };
}
