import { cancelRequestTool } from './cancel-request.tool.js';
import { getModelRawSchemaTool } from './get-model-raw-schema.tool.js';
import { getModelTool } from './get-model.tool.js';
import { getRequestTool } from './get-request.tool.js';
import { getWrapperTool } from './get-wrapper.tool.js';
import { listModelsTool } from './list-models.tool.js';
import { listMyRequestsTool } from './list-my-requests.tool.js';
import { listWrappersTool } from './list-wrappers.tool.js';
import { recommendedModelsTool } from './recommended-models.tool.js';
import { recommendedWrappersTool } from './recommended-wrappers.tool.js';
import { runModelTool } from './run-model.tool.js';
import { searchTool } from './search.tool.js';
import type { Tool } from './tool.js';
import { uploadFileTool } from './upload-file.tool.js';
import { waitForRequestTool } from './wait-for-request.tool.js';

/** Every tool, in the order in which a client shows them: the way to a result first. */
export const allTools: readonly Tool[] = [
  recommendedModelsTool,
  recommendedWrappersTool,
  searchTool,
  getModelTool,
  getWrapperTool,
  uploadFileTool,
  runModelTool,
  waitForRequestTool,
  getRequestTool,
  cancelRequestTool,
  listModelsTool,
  listWrappersTool,
  getModelRawSchemaTool,
  listMyRequestsTool,
];
