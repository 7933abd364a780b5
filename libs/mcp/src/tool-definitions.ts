import type { Tool as ToolDefinition } from '@modelcontextprotocol/server';
import { allTools } from './tools/all-tools.js';

/** The answer of `tools/list`, made once: the tools never change while the server runs. */
export const toolDefinitions: ToolDefinition[] = allTools.map((tool) => ({
  name: tool.name,
  title: tool.title,
  description: tool.description,
  inputSchema: tool.inputSchema,
  outputSchema: tool.outputSchema,
  annotations: tool.annotations,
}));
