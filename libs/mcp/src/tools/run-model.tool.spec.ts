import { toolBench } from '../../test/call-tool.js';
import { actor, REQUEST_ID } from '../../test/protocol-app.js';
import { runModelTool } from './run-model.tool.js';

describe('run_model', () => {
  it('returns at once with the request id', async () => {
    const { services, call } = toolBench(runModelTool);
    const args = { endpoint: 'a/b', input: { scale: 2 }, metadata: { job: '7' }, idempotencyKey: 'k' };
    const { structured } = await call(args);
    expect(services.submissions.submit).toHaveBeenCalledWith(actor, args);
    expect(structured).toMatchObject({ requestId: REQUEST_ID, status: 'IN_QUEUE', queuePosition: 1 });
  });

  it('takes objects as JSON strings', async () => {
    const { services, call } = toolBench(runModelTool);
    await call({ endpoint: 'a/b', input: ' {"scale":"2"} ', metadata: '{"a":"b"}' });
    const [, submission] = services.submissions.submit.mock.calls[0] ?? [];
    expect(submission).toEqual({ endpoint: 'a/b', input: { scale: '2' }, metadata: { a: 'b' } });
  });

  it('names every argument that does not fit', async () => {
    const { call } = toolBench(runModelTool);
    await expect(call({ input: '{broken', metadata: { n: 5 }, prompt: 'x' })).rejects.toMatchObject({
      code: 'invalid_request',
      details: {
        validationErrors: [
          { path: 'prompt', message: 'is not an argument of this tool' },
          { path: 'endpoint', message: 'is required' },
          { path: 'input', message: 'must be object' },
          { path: 'metadata.n', message: 'must be string' },
        ],
      },
    });
  });
});
