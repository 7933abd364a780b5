import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { definitionProblems } from '../import/definition-check.js';
import type { WrapperDefinition } from '../import/definitions.js';
import { compileSchema } from '../schema/compiled-schema.js';
import { applyMappings } from './field-mappings.js';
import { mappingProblems } from './mapping-check.js';
import { renderPrompt } from './render-prompt.js';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/writing-a-wrapper.md'), 'utf8');
// The first definition needs a server with its models: another test imports it.
const [, definition, expected] = [...page.matchAll(/```json\n(.*?)```/gs)].map(
  ([, text]) => JSON.parse(text as string) as unknown,
);
const wrapper = definition as WrapperDefinition;
const given = JSON.parse(/^`(\{"event".*?\})` makes$/m.exec(page)?.[1] ?? '') as Record<string, unknown>;

const base = {
  endpoint: 'acme/image',
  promptField: 'prompt',
  inputSchema: {
    type: 'object',
    properties: {
      prompt: { type: 'string' },
      images: { type: 'array', items: { type: 'string', format: 'uri' } },
      steps: { type: 'integer', maximum: 50 },
      style: { enum: ['plain', 'vivid'] },
      width: { type: 'integer' },
      height: { type: 'integer' },
    },
    required: ['prompt'],
    additionalProperties: false,
  },
};

describe('docs/writing-a-wrapper.md', () => {
  const mappings = wrapper.baseModels[0]!.fieldMappings!;

  it('shows a wrapper that can be saved', () => {
    expect(definitionProblems('wrapper', wrapper)).toEqual([]);
    expect(mappingProblems(wrapper.inputSchema as never, mappings, base)).toEqual([]);
  });

  it('shows what it makes', () => {
    expect(compileSchema(wrapper.inputSchema as never).validate(given)).toEqual([]);
    const prompt = renderPrompt(wrapper.promptTemplate!, wrapper.templateContext!, given);
    expect(applyMappings(given, mappings, 'prompt', prompt)).toEqual(expected);
  });

  it.each<[string, Partial<WrapperDefinition>, object]>([
    ['line 1, column 10: "upper" is not a helper', { promptTemplate: '{{event}}{{upper event}}' }, {}],
    ['has no field widht; did you mean width?', {}, { staticValues: { widht: 1 } }],
    ['steps of acme/image must be at most 50', {}, { staticValues: { steps: 99 } }],
    ['has no entry for the choice "landscape"', {}, { presets: { paper: { portrait: {} } } }],
  ])('tells of %s', (sentence, change, mapping) => {
    const problems = [
      ...definitionProblems('wrapper', { ...wrapper, ...change }),
      ...mappingProblems(wrapper.inputSchema as never, { ...mappings, ...mapping }, base),
    ];
    expect(problems.map(({ message }) => message).join('\n')).toContain(sentence);
    expect(page).toContain(sentence);
  });
});
