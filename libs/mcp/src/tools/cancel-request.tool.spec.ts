import { AppError } from '#libs/errors';
import { toolBench } from '../../test/call-tool.js';
import { actor, REQUEST_ID, requestView } from '../../test/protocol-app.js';
import { cancelRequestTool } from './cancel-request.tool.js';

describe('cancel_request', () => {
  it('answers with the request as it is now', async () => {
    const { services, call } = toolBench(cancelRequestTool);
    services.inference.cancel.mockResolvedValueOnce(requestView({ status: 'CANCELLED', output: undefined }));
    const { structured } = await call({ requestId: REQUEST_ID });
    expect(structured).toMatchObject({ requestId: REQUEST_ID, status: 'CANCELLED' });
    expect(services.inference.cancel).toHaveBeenCalledWith(actor, REQUEST_ID);
  });

  it('says why there is nothing to cancel', async () => {
    const { services, call } = toolBench(cancelRequestTool);
    services.inference.cancel.mockRejectedValueOnce(new AppError('conflict', 'The request is COMPLETED.'));
    await expect(call({ requestId: REQUEST_ID })).rejects.toMatchObject({ code: 'conflict' });
  });
});
