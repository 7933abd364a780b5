import { connectGuide } from './connect-guide.js';

describe('connectGuide', () => {
  it.each([
    ['http://localhost:3000/mcp', false],
    ['https://run.example/mcp', true],
  ])('fills %s in everywhere, and what is JSON is valid', (url, secure) => {
    const guide = connectGuide(url, secure);
    expect(guide.map((step) => step.client)).toEqual([
      'Claude Desktop',
      'Claude Code',
      'Cursor',
      'VS Code',
      'Any other client',
    ]);
    for (const { snippet } of guide) {
      expect(snippet).toContain(url);
      if (snippet.startsWith('{')) expect(() => JSON.parse(snippet) as unknown).not.toThrow();
    }
  });

  it('sends Claude Desktop through a bridge while the address is not https', () => {
    expect(connectGuide('http://localhost:3000/mcp', false)[0]?.snippet).toContain('mcp-remote');
    expect(connectGuide('https://run.example/mcp', true)[0]?.snippet).toBe('https://run.example/mcp');
  });
});
