import { toolBench } from '../../test/call-tool.js';
import { actor, REQUEST_ID, requestView } from '../../test/protocol-app.js';
import { waitForRequestTool } from './wait-for-request.tool.js';

describe('wait_for_request', () => {
  it('waits 120 s unless told, and gives the result with links', async () => {
    const { services, progress, call } = toolBench(waitForRequestTool);
    services.wait.wait.mockImplementationOnce(async (_actor, _id, { onProgress }) => {
      onProgress?.({ message: 'The request is running: 40 %.', percent: 40 });
      return { ...requestView(), timedOut: false };
    });
    const { structured, links } = await call({ requestId: REQUEST_ID });
    expect(services.wait.wait).toHaveBeenCalledWith(
      actor,
      REQUEST_ID,
      expect.objectContaining({ timeoutSeconds: 120, pollIntervalSeconds: 2 }),
    );
    expect(structured).toMatchObject({ status: 'COMPLETED', timedOut: false });
    expect(links).toHaveLength(1);
    expect(progress).toEqual([{ message: 'The request is running: 40 %.', percent: 40 }]);
  });

  it('tells what to do when the time is over', async () => {
    const { services, call } = toolBench(waitForRequestTool);
    const late = {
      timedOut: true,
      estimatedSecondsLeft: 9,
      message: 'Not done after 1 s. Call wait_for_request again.',
    };
    services.wait.wait.mockResolvedValueOnce({
      ...requestView({ status: 'IN_PROGRESS', files: [] }),
      ...late,
    });
    const { structured } = await call({ requestId: REQUEST_ID, timeoutSeconds: '1' });
    expect(structured).toMatchObject({ status: 'IN_PROGRESS', ...late });
  });

  it.each([0, 601, 1.5, 'soon'])('refuses a timeout of %p', async (timeoutSeconds) => {
    const { call } = toolBench(waitForRequestTool);
    const message =
      typeof timeoutSeconds === 'string' || timeoutSeconds === 1.5 ? 'integer' : 'between 1 and 600';
    await expect(call({ requestId: REQUEST_ID, timeoutSeconds })).rejects.toMatchObject({
      details: { validationErrors: [{ path: 'timeoutSeconds', message: expect.stringContaining(message) }] },
    });
  });
});
