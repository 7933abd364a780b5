import { readdirSync } from 'node:fs';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { toolDefinitions } from '../tool-definitions.js';
import { allTools } from './all-tools.js';

/** The median of the public servers (o200k): every assistant pays it on every turn. */
const MOST_TOKENS = 1905;

const PUBLISHED = [
  'cancel_request',
  'get_model',
  'get_model_raw_schema',
  'get_request',
  'get_wrapper',
  'list_models',
  'list_my_requests',
  'list_wrappers',
  'recommended_models',
  'recommended_wrappers',
  'run_model',
  'search',
  'upload_file',
  'wait_for_request',
];

describe('the tools', () => {
  const names = allTools.map(({ name }) => name);

  it('are the published ones', () => {
    expect([...names].sort()).toEqual(PUBLISHED);
  });

  it('have a file and a spec each, named alike', () => {
    const files = readdirSync(__dirname);
    const having = (ending: string) =>
      files.filter((file) => file.endsWith(ending)).map((file) => file.split('.')[0]);
    const expected = PUBLISHED.map((name) => name.replaceAll('_', '-'));
    expect(having('.tool.ts').sort()).toEqual(expected);
    expect(having('.tool.spec.ts').sort()).toEqual(expected);
  });

  it('cost few tokens', () => {
    const tokens = encode(JSON.stringify(toolDefinitions)).length;
    console.info(`tools/list costs ${tokens} of ${MOST_TOKENS} tokens`);
    expect(tokens).toBeLessThanOrEqual(MOST_TOKENS);
  });

  it.each(toolDefinitions)('$name says what a client needs to know', (tool) => {
    expect(tool.title).toMatch(/^[A-Z]/);
    expect(tool.annotations).toEqual({
      readOnlyHint: expect.any(Boolean),
      destructiveHint: expect.any(Boolean),
      idempotentHint: expect.any(Boolean),
      openWorldHint: expect.any(Boolean),
    });
    // Some clients drop a tool whose schema is not one plain object.
    for (const schema of [tool.inputSchema, tool.outputSchema]) {
      expect(schema?.type).toBe('object');
      expect(JSON.stringify(schema)).not.toMatch(/anyOf|oneOf|allOf|\$ref|\$defs/);
      const properties = Object.keys(schema?.properties ?? {});
      expect(properties).toEqual(expect.arrayContaining((schema?.required ?? []) as string[]));
    }
  });

  it.each(toolDefinitions)('$name names another tool, or itself to be called again', ({ description }) => {
    expect(description!.length).toBeGreaterThan(30);
    expect(names.some((name) => description!.includes(name)) || /call it again/.test(description!)).toBe(
      true,
    );
  });

  it('only three of them change anything, and one ends something', () => {
    const writing = allTools.filter(({ annotations }) => !annotations.readOnlyHint).map(({ name }) => name);
    expect(writing.sort()).toEqual(['cancel_request', 'run_model', 'upload_file']);
    const ending = allTools.filter(({ annotations }) => annotations.destructiveHint).map(({ name }) => name);
    expect(ending).toEqual(['cancel_request']);
  });
});
