import { actor, memoryServices, REQUEST_ID } from '../test/protocol-app.js';
import { RunningCalls } from './running-calls.js';
import { ToolCaller } from './tool-caller.js';
import type { ToolServices } from './tool-services.js';

describe('ToolCaller', () => {
  it('does not start to wait for a client that has gone away already', async () => {
    const caller = new ToolCaller(memoryServices() as unknown as ToolServices, new RunningCalls());
    const call = { actor, httpRequestId: 'h1', bodyBytes: 100, knowsLinks: true };
    const channel = { id: 1, signal: AbortSignal.abort(), notifyProgress: async () => undefined };
    const params = { name: 'wait_for_request', arguments: { requestId: REQUEST_ID } };
    expect(await caller.call(params, call, channel)).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('This call was cancelled') }],
    });
  });
});
