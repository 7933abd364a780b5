import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const IN_PAGE = readFileSync(join(import.meta.dirname, 'in-page.js'), 'utf8');

interface Focus {
  index: number;
  name: string;
  outlined: boolean;
  inView: boolean;
}

/** Calls one of the functions of in-page.js. */
const inPage = <Result>(page: Page, name: string): Promise<Result> =>
  page.evaluate<Result>(`(() => { ${IN_PAGE} return ${name}(); })()`);

/** What the browser complains about on a page: errors of scripts, files that do not come, broken policies. */
export function watch(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
}

/** What would keep somebody from using the page, in sentences; none when there is nothing. */
export async function pageProblems(page: Page): Promise<string[]> {
  return [
    ...(await inPage<string[]>(page, 'findStructureProblems')),
    ...(await inPage<string[]>(page, 'findContrastProblems')),
    ...(await findFocusProblems(page)),
  ];
}

/** Goes through the page with the Tab key: everything must be reached, in view, and show that it is. */
async function findFocusProblems(page: Page): Promise<string[]> {
  const expected = await inPage<number>(page, 'countControls');
  const problems: string[] = [];
  const reached = new Set<number>();
  for (let press = 0; press <= expected; press += 1) {
    await page.keyboard.press('Tab');
    const focus = await inPage<Focus | null>(page, 'describeFocus');
    if (!focus) continue;
    reached.add(focus.index);
    if (!focus.outlined) problems.push(`${focus.name} does not show that it has the focus`);
    if (!focus.inView) problems.push(`${focus.name} has the focus out of view`);
  }
  if (reached.size < expected) problems.push(`Tab reaches ${reached.size} of ${expected} controls`);
  return problems;
}
