import { ConfigError, loadConfig } from './config.js';

describe('loadConfig', () => {
  it('takes defaults from an empty environment', () => {
    const config = loadConfig({});
    expect(config.issuer).toBe('http://localhost:3000');
    expect(config.mcpResource).toBe('http://localhost:3000/mcp');
    expect(config.secure).toBe(false);
    expect(config.MAX_FILE_BYTES).toBe(209_715_200);
  });

  it('follows PORT in the default PUBLIC_URL and drops a trailing slash', () => {
    expect(loadConfig({ PORT: '4100' }).issuer).toBe('http://localhost:4100');
    expect(loadConfig({ PUBLIC_URL: 'https://models.example/' }).mcpResource).toBe(
      'https://models.example/mcp',
    );
  });

  it('writes the issuer as browsers write an origin', () => {
    const written = 'https://Models.Example:443/?';
    expect(loadConfig({ PUBLIC_URL: written }).issuer).toBe('https://models.example');
  });

  it.each(['true', '1', 'proxy.example', '10.0.0.0/33', '10.0.0.1,'])('refuses TRUST_PROXY=%s', (list) => {
    expect(() => loadConfig({ TRUST_PROXY: list })).toThrow(/TRUST_PROXY: must be addresses or CIDR ranges/);
  });

  it('takes addresses, ranges and named groups as TRUST_PROXY', () => {
    const { TRUST_PROXY } = loadConfig({ TRUST_PROXY: 'loopback, 10.0.0.0/8,fd00::/8 , 192.168.1.5' });
    expect(TRUST_PROXY).toEqual(['loopback', '10.0.0.0/8', 'fd00::/8', '192.168.1.5']);
  });

  it('names every problem in one message', () => {
    const broken = () => loadConfig({ PORT: 'web', DATABASE_URL: 'mysql://x', ALLOW_PRIVATE_URLS: 'maybe' });
    expect(broken).toThrow(ConfigError);
    expect(broken).toThrow(
      /PORT: must be a number[\s\S]*DATABASE_URL: must be a URL[\s\S]*ALLOW_PRIVATE_URLS/,
    );
  });

  it('refuses plain http in production, but for loopback', () => {
    expect(() => loadConfig({ NODE_ENV: 'production', PUBLIC_URL: 'http://models.example' })).toThrow(
      /https/,
    );
    expect(loadConfig({ NODE_ENV: 'production', PUBLIC_URL: 'http://127.0.0.1:8080' }).secure).toBe(false);
  });
});
