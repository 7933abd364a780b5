import type { CallToolResult } from '@modelcontextprotocol/server';
import { type AppError, asSentence, type ErrorCode, type FieldError } from '#libs/errors';
import type { ToolOutput } from './tools/tool.js';

/** What to do next, where the thrower did not say. Each names the tool that helps. */
const NEXT_STEPS: Partial<Record<ErrorCode, string>> = {
  endpoint_not_found: 'Find endpoints with search or recommended_models.',
  invalid_input: 'Call get_model (or get_wrapper) with this endpoint for the list of its inputs.',
  request_not_found: 'Call list_my_requests for your own requests.',
  unreachable_url: 'Check that the URL opens without signing in, or upload the file with upload_file.',
  blocked_url: 'Use a public http(s) URL, or upload the file with upload_file.',
};

/** At most this many failing fields are named; a broken call can have thousands. */
const MOST_FIELDS = 20;

/**
 * A tool's answer: structured, and the same as compact JSON text for clients that show only text.
 * @param withLinks false for protocol revisions before 2025-06-18, whose clients refuse a `resource_link`
 */
export function toolResult({ structured, links = [] }: ToolOutput, withLinks: boolean): CallToolResult {
  const content: CallToolResult['content'] = [{ type: 'text', text: JSON.stringify(structured) }];
  for (const { url, fileName, contentType, size } of withLinks ? links : []) {
    content.push({ type: 'resource_link', uri: url, name: fileName, mimeType: contentType, size });
  }
  return { content, structuredContent: structured };
}

/** A mistake of the caller, or a fixed sentence about one of ours: what is wrong, where, and what to do next. */
export function toolError({ code, message, details }: AppError): CallToolResult {
  const fields = details.validationErrors ?? [];
  const retry =
    details.retryAfterSeconds === undefined ? undefined : `Try again in ${details.retryAfterSeconds} s.`;
  const parts = [withFields(message, fields), details.nextStep ?? NEXT_STEPS[code], retry];
  return { content: [{ type: 'text', text: parts.filter(Boolean).join(' ') }], isError: true };
}

function withFields(message: string, fields: FieldError[]): string {
  if (fields.length === 0) return message;
  const named = fields
    .slice(0, MOST_FIELDS)
    .map(({ path, message: problem }) => `${path || 'the whole'} ${problem}`);
  const more = fields.length > MOST_FIELDS ? `; and ${fields.length - MOST_FIELDS} more` : '';
  return asSentence(`${message.replace(/[.:]$/, '')}: ${named.join('; ')}${more}`);
}
