import { LRUCache } from 'lru-cache';
import type { JsonObject, TemplateContext } from '../catalog.types.js';
import { renderTemplate } from './render-template.js';
import { parseTemplate, type Program } from './template-syntax.js';

/** Names that a template context takes at the top level, so no input field may have them. */
export const RESERVED_INPUT_FIELDS = ['maps', 'constants', 'base_model'] as const;

const parsed = new LRUCache<string, Program>({ max: 200 });

/**
 * Renders a wrapper's template: every input field is a top-level variable, beside `maps` and `constants`.
 *
 * @throws TemplateError, RenderLimitError
 */
export function renderPrompt(
  template: string,
  templateContext: TemplateContext,
  input: Readonly<JsonObject>,
): string {
  const program = parsed.get(template) ?? parseTemplate(template);
  parsed.set(template, program);
  const { maps = {}, constants = {} } = templateContext;
  return renderTemplate(program, { ...input, maps, constants }).trim();
}
