import { PasswordHasher } from './password-hasher.js';

describe('PasswordHasher', () => {
  const hasher = new PasswordHasher();

  it('makes argon2id with at least OWASP’s parameters, each with a salt of its own', async () => {
    const [one, other] = await Promise.all([hasher.hash('a password'), hasher.hash('a password')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(other);
    expect(await hasher.verify(one, 'a password')).toBe(true);
    expect(await hasher.verify(one, 'a Password')).toBe(false);
  });

  it('cuts nothing off, and knows é however it is typed', async () => {
    const long = 'x'.repeat(1_023);
    const hash = await hasher.hash(`${long}a`);
    expect(await hasher.verify(hash, `${long}b`)).toBe(false);
    const accent = await hasher.hash('caf\u00e9 caf\u00e9');
    expect(await hasher.verify(accent, 'cafe\u0301 cafe\u0301')).toBe(true);
  });

  it('knows nobody', async () => {
    expect(await hasher.verifyNobody('no account has this password')).toBe(false);
  });

  it('knows nobody again after a rush in which it could not', async () => {
    const crowded = new PasswordHasher();
    const rush = Array.from({ length: 202 }, () => crowded.hash('a password'));
    await expect(crowded.verifyNobody('a password')).rejects.toMatchObject({ code: 'unavailable' });
    await Promise.all(rush);
    expect(await crowded.verifyNobody('a password')).toBe(false);
  }, 60_000);

  it('turns away what it cannot queue, and serves the rest', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 220 }, () => hasher.hash('a password')));
    const refused = attempts.filter((attempt) => attempt.status === 'rejected');
    expect(refused).toHaveLength(18);
    expect(await hasher.hash('a password')).toContain('$argon2id$');
  }, 60_000);

  // Normalising this text takes minutes, for which the whole process would stand still.
  it('does not read a password that nobody can have', async () => {
    const hasher = new PasswordHasher();
    const known = await hasher.hash('correct horse');
    const endless = `a${'\u0301'.repeat(300_000)}${'\u0316'.repeat(300_000)}`;
    expect(await hasher.verify(known, endless)).toBe(false);
    expect(await hasher.verifyNobody(endless)).toBe(false);
  });
});
