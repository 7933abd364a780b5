import { EngineRegistry } from './engine-registry.js';
import type { Engine } from './engine.port.js';

const engine = (name: string, close?: () => Promise<void>): Engine => ({
  name,
  localFiles: false,
  settingsSchema: {},
  run: () => Promise.resolve({}),
  close,
});

describe('EngineRegistry', () => {
  it('finds an engine by its name', () => {
    const local = engine('local');
    expect(new EngineRegistry([local, engine('cog')]).get('local')).toBe(local);
  });

  it('says which engine is not there', () => {
    expect(() => new EngineRegistry([]).get('replicate')).toThrow(
      expect.objectContaining({
        code: 'engine_unavailable',
        message: 'No engine "replicate" is configured on this server.',
      }),
    );
  });

  it('takes no two engines of one name', () => {
    expect(() => new EngineRegistry([engine('local'), engine('local')])).toThrow('same name');
  });

  it('closes every engine at shutdown, and those that have nothing to close too', async () => {
    const closed: string[] = [];
    const closing = (name: string) => engine(name, async () => void closed.push(name));
    await new EngineRegistry([closing('local'), closing('cog'), engine('plain')]).onApplicationShutdown();
    expect(closed).toEqual(['local', 'cog']);
  });
});
