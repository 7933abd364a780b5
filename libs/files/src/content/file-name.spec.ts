import { cleanFileName, suggestedFileName } from './file-name.js';

describe('cleanFileName', () => {
  it.each([
    ['cat.png', 'cat.png'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\holiday photo.jpg', 'holiday photo.jpg'],
    ['..', 'file'],
    ['.htaccess', 'htaccess'],
    ['  a   b .txt. ', 'a b .txt'],
    ['nul\u0000l\u0007.txt', 'null.txt'],
    ['evil\u202Egpj.exe', 'evilgpj.exe'],
    ['zero\u200Bwidth\uFEFF.png', 'zerowidth.png'],
    ['a<b>:"c|d?*.txt', 'a_b___c_d__.txt'],
    ['CON.txt', '_CON.txt'],
    ['com1', '_com1'],
    ['Zürich – Übersicht.pdf', 'Zürich – Übersicht.pdf'],
    ['Zu\u0308rich.pdf', 'Zürich.pdf'],
    ['猫.png', '猫.png'],
    ['lone\uD800surrogate.png', 'lonesurrogate.png'],
    ['', 'file'],
    [undefined, 'file'],
    ['/', 'file'],
  ])('%j becomes %j', (given, expected) => {
    expect(cleanFileName(given)).toBe(expected);
  });

  it('adds the extension only when there is none', () => {
    expect(cleanFileName('cat', 'png')).toBe('cat.png');
    expect(cleanFileName('cat.jpeg', 'jpg')).toBe('cat.jpeg');
    expect(cleanFileName(undefined, 'mp4')).toBe('file.mp4');
  });

  it('cuts long names before the extension, and no character in two', () => {
    const long = cleanFileName(`${'😀'.repeat(200)}.png`);
    expect(long.length).toBeLessThanOrEqual(150);
    expect(long).toMatch(/^(😀)+\.png$/u);
  });
});

describe('suggestedFileName', () => {
  const url = new URL('https://example.com/files/my%20cat.png?size=2');

  it('prefers the Content-Disposition, else takes the last path segment', () => {
    expect(suggestedFileName(url, 'attachment; filename="dog.png"')).toBe('dog.png');
    expect(suggestedFileName(url, "attachment; filename*=UTF-8''H%C3%BCndin.png")).toBe('Hündin.png');
    expect(suggestedFileName(url, undefined)).toBe('my cat.png');
    expect(suggestedFileName(new URL('https://example.com/'), undefined)).toBeUndefined();
  });

  it('survives what is malformed', () => {
    expect(suggestedFileName(url, ';;;=')).toBe('my cat.png');
    expect(suggestedFileName(new URL('https://example.com/%E0%A4%A'), undefined)).toBe('%E0%A4%A');
  });

  // Normalising all of it would take minutes.
  it('looks at the end of an endless name only', () => {
    const endless = `a${'\u0301'.repeat(300_000)}${'\u0316'.repeat(300_000)}/end.png`;
    expect(cleanFileName(endless)).toBe('end.png');
  });
});
