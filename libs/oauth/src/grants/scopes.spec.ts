import { isWellFormedScope, narrowScope } from './scopes.js';

describe('narrowScope', () => {
  it.each([
    [undefined, ['mcp']],
    ['', ['mcp']],
    ['mcp', ['mcp']],
    ['mcp offline_access', ['mcp', 'offline_access']],
    ['offline_access mcp', ['mcp', 'offline_access']],
    [' offline_access', ['mcp', 'offline_access']],
    ['claudeai', ['mcp']],
    ['openid email profile', ['mcp']],
    ['mcp mcp admin', ['mcp']],
    ['MCP', ['mcp']],
  ])('%p becomes %p', (requested, granted) => {
    expect(narrowScope(requested)).toEqual(granted);
  });
});

describe('isWellFormedScope (RFC 6749 §3.3)', () => {
  it.each([
    ['mcp', true],
    [' offline_access', true],
    ['https://a.example/scope!#$', true],
    ['', true],
    ['a"b', false],
    ['a\\b', false],
    ['a\tb', false],
    ['a\nb', false],
    ['é', false],
  ])('%p is %p', (scope, wellFormed) => {
    expect(isWellFormedScope(scope)).toBe(wellFormed);
  });
});
