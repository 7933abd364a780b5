import { type Browser, type Fields, form, type Page } from '../../support/oauth-client.js';
import type { Bench } from './bench.js';

/** The same browser once more, e.g. to look over its shoulder: what a thief of its cookies has. */
export function withCookiesOf<B extends Browser>(browser: B, into: B): B {
  for (const [name, value] of browser.cookies) into.cookies.set(name, value);
  return into;
}

/** The path with one more parameter, even when it is there already. */
export const adding = (path: string, fields: Fields): string => `${path}&${form(fields).toString()}`;

/** Rows of a table: that a refused request left nothing behind. */
export async function count(bench: Bench, table: string): Promise<number> {
  const [row] = await bench.sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
  return row?.n ?? -1;
}

/** What every page for people must carry: see rows U5 and U11. */
export function expectSafePage(name: string, page: Page): void {
  const header = (field: string): string => page.headers.get(field) ?? '';
  expect({ page: name, type: header('content-type') }).toEqual({
    page: name,
    type: 'text/html; charset=utf-8',
  });
  expect({
    page: name,
    frames: header('x-frame-options'),
    cache: header('cache-control'),
    referrer: header('referrer-policy'),
    sniffing: header('x-content-type-options'),
  }).toEqual({
    page: name,
    frames: 'DENY',
    cache: 'no-store',
    referrer: 'no-referrer',
    sniffing: 'nosniff',
  });
  const policy = header('content-security-policy');
  for (const directive of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"])
    expect({ page: name, policy }).toEqual({
      page: name,
      policy: expect.stringContaining(directive) as string,
    });
  expect({ page: name, policy }).not.toEqual({
    page: name,
    policy: expect.stringMatching(/unsafe|\*|upgrade-insecure/) as string,
  });
}

/** A page that says no and sends nobody anywhere. */
export function expectRefusal(name: string, page: Page, status = 400): void {
  expect({ case: name, status: page.status, location: page.location }).toEqual({
    case: name,
    status,
    location: undefined,
  });
  expect({ case: name, body: page.body }).not.toEqual({
    case: name,
    body: expect.stringMatching(/http-equiv|<script|<form/i) as string,
  });
  expectSafePage(name, page);
}
