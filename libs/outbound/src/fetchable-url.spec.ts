import { AppError } from '#libs/errors';
import { assertFetchableUrl, describeUrl } from './fetchable-url.js';

const codeFor = (url: string, allowPrivate = false): string => {
  try {
    assertFetchableUrl(url, allowPrivate);
    return 'ok';
  } catch (error) {
    return (error as AppError).code;
  }
};

describe('assertFetchableUrl', () => {
  it.each([
    'https://example.com/cat.jpg',
    'http://example.com:8080/a?b=c#d',
    'https://93.184.216.34/x',
    'https://[2606:4700::6810:84e5]/',
    'https://localhost.example.com/',
    'https://xn--bcher-kva.example/',
  ])('lets %s pass', (url) => {
    expect(codeFor(url)).toBe('ok');
  });

  it.each([
    ['loopback', 'http://127.0.0.1/'],
    ['loopback, short', 'http://127.1/'],
    ['loopback, decimal', 'http://2130706433/'],
    ['loopback, hexadecimal', 'http://0x7f000001/'],
    ['loopback, mixed', 'http://0x7f.0.0.1/'],
    ['loopback, octal', 'http://0177.0.0.1/'],
    ['loopback, full-width digits', 'http://①②⑦.⓪.⓪.①/'],
    ['loopback, other than .1', 'http://127.9.9.9/'],
    ['this host', 'http://0.0.0.0/'],
    ['this host, zero', 'http://0/'],
    ['private 10/8', 'http://10.1.2.3/'],
    ['private 172.16/12', 'http://172.31.255.255/'],
    ['private 192.168/16', 'http://192.168.0.1/'],
    ['link-local: cloud metadata', 'http://169.254.169.254/latest/meta-data/'],
    ['CGNAT', 'http://100.64.0.1/'],
    ['benchmarking', 'http://198.18.0.1/'],
    ['documentation', 'http://192.0.2.1/'],
    ['multicast', 'http://224.0.0.1/'],
    ['broadcast', 'http://255.255.255.255/'],
    ['IPv6 loopback', 'http://[::1]/'],
    ['IPv6 unspecified', 'http://[::]/'],
    ['IPv4-mapped loopback', 'http://[::ffff:127.0.0.1]/'],
    ['IPv4-mapped, hexadecimal', 'http://[::ffff:7f00:1]/'],
    ['IPv4-compatible', 'http://[::127.0.0.1]/'],
    ['NAT64', 'http://[64:ff9b::10.0.0.1]/'],
    ['NAT64 of a public address', 'http://[64:ff9b::5db8:d822]/'],
    ['NAT64 for local use', 'http://[64:ff9b:1::10.0.0.1]/'],
    ['NAT64 for local use, longest', 'http://[64:ff9b:1:ffff:ffff:ffff:ffff:ffff]/'],
    ['Teredo', 'http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/'],
    ['6to4 relays', 'http://192.88.99.1/'],
    ['protocol assignments', 'http://192.0.0.8/'],
    ['reserved 240/4', 'http://240.0.0.1/'],
    ['IPv4-translated', 'http://[::ffff:0:127.0.0.1]/'],
    ['IPv6 documentation', 'http://[2001:db8::1]/'],
    ['IPv6 site-local', 'http://[fec0::1]/'],
    ['IPv6 multicast', 'http://[ff02::1]/'],
    ['loopback with a final dot', 'http://127.0.0.1./'],
    ['loopback, decimal with a final dot', 'http://2130706433./'],
    ['loopback, octal and hexadecimal mixed', 'http://0x7f.0.0.01/'],
    ['loopback, escaped', 'http://%31%32%37.0.0.1/'],
    ['6to4 of a private address', 'http://[2002:a00:1::]/'],
    ['unique local', 'http://[fd00::1]/'],
    ['IPv6 link-local', 'http://[fe80::1]/'],
    ['localhost', 'http://localhost:5432/'],
    ['localhost with a final dot', 'http://localhost./'],
    ['below localhost', 'http://db.localhost/'],
    ['.local', 'http://printer.local/'],
    ['.internal', 'http://metadata.google.internal/'],
  ])('blocks %s, unless private addresses are allowed', (_, url) => {
    expect(codeFor(url)).toBe('blocked_url');
    expect(codeFor(url, true)).toBe('ok');
  });

  it.each([
    'ftp://example.com/a',
    'file:///etc/passwd',
    'gopher://example.com/',
    'javascript:alert(1)',
    'data:,hi',
  ])('blocks the scheme of %s always', (url) => {
    expect(codeFor(url)).toBe('blocked_url');
    expect(codeFor(url, true)).toBe('blocked_url');
  });

  it('blocks credentials always', () => {
    expect(codeFor('https://me:secret@example.com/', true)).toBe('blocked_url');
    expect(codeFor('https://me@example.com/', true)).toBe('blocked_url');
    expect(codeFor('https://:secret@example.com/', true)).toBe('blocked_url');
    expect(codeFor('https://example.com@127.0.0.1/')).toBe('blocked_url');
  });

  it.each(['', 'cat.jpg', 'http://', 'http://[::1', `https://example.com/${'a'.repeat(9_000)}`])(
    'says that %p is no URL',
    (url) => {
      expect(codeFor(url)).toBe('invalid_input');
    },
  );
});

describe('describeUrl', () => {
  it('leaves out the query and credentials, and cuts', () => {
    expect(describeUrl(new URL('https://u:p@example.com/a.png?X-Signature=1#f'))).toBe(
      'https://example.com/a.png',
    );
    expect(describeUrl(new URL(`https://example.com/${'a'.repeat(500)}`))).toHaveLength(200);
  });
});
