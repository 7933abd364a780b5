import { toolBench } from '../../test/call-tool.js';
import { REQUEST_ID, requestView } from '../../test/protocol-app.js';
import { getRequestTool } from './get-request.tool.js';

describe('get_request', () => {
  it('shows the request, and its files as links instead of a list', async () => {
    const { call } = toolBench(getRequestTool);
    const { structured, links } = await call({ requestId: REQUEST_ID });
    const { requestId, status, output, endpoint, pricing, createdAt, files } = requestView();
    expect(structured).toEqual({ requestId, status, output, endpoint, pricing, createdAt });
    expect(links).toEqual(files);
  });

  it('leaves out what has no value', async () => {
    const { services, call } = toolBench(getRequestTool);
    services.inference.get.mockResolvedValueOnce(
      requestView({ status: 'FAILED', output: undefined, files: [] }),
    );
    const { structured } = await call({ requestId: REQUEST_ID });
    expect(structured).not.toHaveProperty('output');
    expect(structured).toMatchObject({ status: 'FAILED' });
  });
});
