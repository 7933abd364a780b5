import { meansResource } from './resource-indicator.js';

const RESOURCE = 'https://run.example/mcp';

describe('meansResource (RFC 8707)', () => {
  it.each([
    [[]],
    [[RESOURCE]],
    [['https://run.example/mcp/']],
    [['HTTPS://RUN.example/mcp']],
    [['https://run.example:443/mcp']],
    [[RESOURCE, RESOURCE]],
  ])('%p is this server', (requested) => {
    expect(meansResource(requested, RESOURCE)).toBe(true);
  });

  it.each([
    [['https://other.example/mcp']],
    [['https://run.example/mcp#part']],
    [['https://run.example/mcp#']],
    [['https://run.example/mcp?x=1']],
    [['https://run.example/']],
    [['https://run.example/MCP']],
    [['http://run.example/mcp']],
    [['https://u:p@run.example/mcp']],
    [['mcp']],
    [['']],
    [[RESOURCE, 'https://other.example/mcp']],
  ])('%p is not', (requested) => {
    expect(meansResource(requested, RESOURCE)).toBe(false);
  });
});
