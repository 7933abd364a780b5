import { existsSync } from 'node:fs';
import { resolveAsset } from './asset.js';

describe('resolveAsset', () => {
  it.each(['asset:samples/astronaut.jpg', 'asset:local/upscale/example.jpg'])('finds %s', (name) => {
    expect(existsSync(String(resolveAsset(name)))).toBe(true);
  });

  it.each(['https://example.com/a.png', 'plain text', 7, null])('leaves %p alone', (value) => {
    expect(resolveAsset(value)).toBeUndefined();
  });

  it.each(['asset:samples/nothing.jpg', 'asset:../../../package.json'])('refuses %s', (name) => {
    expect(() => resolveAsset(name)).toThrow();
  });
});
