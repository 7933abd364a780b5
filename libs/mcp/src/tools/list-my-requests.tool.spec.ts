import { toolBench } from '../../test/call-tool.js';
import { actor, REQUEST_ID } from '../../test/protocol-app.js';
import { listMyRequestsTool } from './list-my-requests.tool.js';

describe('list_my_requests', () => {
  it('passes the filters on and shows each request as get_request does', async () => {
    const { services, call } = toolBench(listMyRequestsTool);
    const filter = { status: 'COMPLETED', modelEndpoint: 'a/b', metadata: { job: '7' } };
    const { structured, links } = await call({ ...filter, limit: '5' });
    expect(services.inference.list).toHaveBeenCalledWith(actor, { ...filter, page: 1, limit: 5 });
    const [first] = structured.items as Record<string, unknown>[];
    expect(first).toMatchObject({ requestId: REQUEST_ID, status: 'COMPLETED' });
    expect(first).not.toHaveProperty('files');
    expect(links).toBeUndefined();
  });

  it('names the states that there are', async () => {
    const { call } = toolBench(listMyRequestsTool);
    await expect(call({ status: 'DONE' })).rejects.toMatchObject({
      details: {
        validationErrors: [{ path: 'status', message: expect.stringContaining('IN_QUEUE, IN_PROGRESS') }],
      },
    });
  });
});
