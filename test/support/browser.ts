import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser } from 'playwright-core';

/** The package sets the browser up for scraping, where a test wants it as careful as everybody's. */
const UNWANTED = new Set([
  '--disable-web-security',
  '--disable-site-isolation-trials',
  '--allow-running-insecure-content',
  // In a single process it dies of the first self-signed certificate.
  '--single-process',
]);

/** Headless Chromium from npm, so that a bare machine needs no system package. */
export async function launchBrowser(): Promise<Browser> {
  // It unpacks itself to a fixed name in the temporary folder, where another user's copy may stand.
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'modelrunner-browser-'));
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args.filter((argument) => !UNWANTED.has(argument)), '--no-sandbox'],
    headless: true,
  });
}
