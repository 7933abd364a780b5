import { decideHost, normalHostPattern, patternsFor } from './host-pattern.js';

describe('normalHostPattern', () => {
  it.each([
    ['claude.ai', 'claude.ai'],
    ['Claude.AI', 'claude.ai'],
    ['claude.ai.', 'claude.ai'],
    ['*.example.com', '*.example.com'],
    ['b\u00fccher.example', 'xn--bcher-kva.example'],
    ['localhost', 'localhost'],
    ['1.example', '1.example'],
  ])('%s becomes %s', (text, pattern) => {
    expect(normalHostPattern(text)).toBe(pattern);
  });

  it.each([
    '',
    '*',
    '*.',
    '*.*.example',
    'a.*.example',
    'https://claude.ai',
    'claude.ai/path',
    'claude.ai:443',
    'me@claude.ai',
    'a b',
    '-a.example',
    'a..example',
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '*.0.0.1',
    '[::1]',
    '::1',
    'a'.repeat(300),
  ])('%p is no host name', (text) => {
    expect(normalHostPattern(text)).toBeUndefined();
  });
});

describe('patternsFor', () => {
  it.each([
    ['claude.ai', ['claude.ai', '*.ai']],
    ['a.b.example.com', ['a.b.example.com', '*.b.example.com', '*.example.com', '*.com']],
    ['claude.ai.', ['claude.ai', '*.ai']],
    ['localhost', ['localhost']],
  ])('%s', (hostname, patterns) => {
    expect(patternsFor(hostname)).toEqual(patterns);
  });
});

describe('decideHost', () => {
  it.each([
    [[], false, true],
    [[], true, false],
    [['allow'], true, true],
    [['deny'], false, false],
    [['deny'], true, false],
    [['allow', 'deny'], true, false],
  ] as const)('rules %j, some host allowed %p: %p', (matching, anyAllowed, decision) => {
    expect(decideHost(matching, anyAllowed)).toBe(decision);
  });
});
