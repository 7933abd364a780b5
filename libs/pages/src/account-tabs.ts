import { Injectable } from '@nestjs/common';

/** A page about a person's own account. */
export interface AccountTab {
  path: string;
  label: string;
  /** From left to right. */
  place: number;
  /** Default: shown to everyone. */
  isShownTo?: (user: { id: string }) => Promise<boolean>;
}

/** The tabs above the pages about a person's account. Each lib adds its own, with the `account-tabs` partial. */
@Injectable()
export class AccountTabs {
  private readonly tabs: AccountTab[] = [];

  /** To be called while the module that has the page is made. */
  add(...tabs: AccountTab[]): void {
    this.tabs.push(...tabs);
    this.tabs.sort((a, b) => a.place - b.place);
  }

  /** Those of this person, the one at `path` marked. */
  async of(user: { id: string }, path: string): Promise<{ path: string; label: string; current: boolean }[]> {
    const shown = [];
    for (const { isShownTo, ...tab } of this.tabs) {
      if (!isShownTo || (await isShownTo(user))) {
        shown.push({ path: tab.path, label: tab.label, current: tab.path === path });
      }
    }
    return shown;
  }
}
