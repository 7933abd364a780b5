import { refuseSource } from './request-source.js';

const LOCAL = 'http://localhost:3000';
const PUBLIC = 'https://models.example';

describe('refuseSource', () => {
  it.each([
    [LOCAL, 'localhost:3000', undefined],
    [LOCAL, '127.0.0.1:3000', undefined],
    [LOCAL, '[::1]:3000', undefined],
    [LOCAL, 'localhost:3000', 'http://localhost:6274'],
    [PUBLIC, 'models.example', undefined],
    [PUBLIC, 'models.example:8443', 'https://models.example'],
    [PUBLIC, '127.0.0.1:3000', undefined],
    [PUBLIC, 'models.example', 'http://localhost:6274'],
    [PUBLIC, 'models.example', 'https://assistant.example'],
  ])('%s lets Host %s with Origin %s pass', (publicUrl, host, origin) => {
    expect(refuseSource({ host, origin }, publicUrl)).toBeNull();
  });

  it.each([
    [LOCAL, 'evil.example', undefined],
    [LOCAL, 'localhost.evil.example:3000', undefined],
    [LOCAL, '127.0.0.1.evil.example', undefined],
    [LOCAL, undefined, undefined],
    [LOCAL, 'localhost:3000', 'http://evil.example'],
    [LOCAL, 'localhost:3000', 'https://evil.example'],
    [LOCAL, 'localhost:3000', 'null'],
    [PUBLIC, 'evil.example', undefined],
    [PUBLIC, 'models.example', 'http://evil.example'],
    [PUBLIC, 'models.example', 'null'],
  ])('%s refuses Host %s with Origin %s', (publicUrl, host, origin) => {
    expect(refuseSource({ host, origin }, publicUrl)).toMatch(/Host|Origin/);
  });
});
