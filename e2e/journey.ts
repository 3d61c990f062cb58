import { type Browser, test as base, type Page } from '@playwright/test';

export { type Browser, type BrowserContext, expect, type Locator, type Page, type Route } from '@playwright/test';

/** The journeys' `test`: whoever goes to a screen, or reloads it, finds it alive. What is clicked before the page's script has taken over is lost. */
export const test = base.extend<object, { browser: Browser }>({
  browser: [
    async ({ browser }, use) => {
      const newContext = browser.newContext.bind(browser);
      browser.newContext = async (options) => {
        const context = await newContext(options);
        context.on('page', waitUntilAlive);
        return context;
      };
      await use(browser);
      browser.newContext = newContext;
    },
    { scope: 'worker' },
  ],
});

function waitUntilAlive(page: Page): void {
  const goto = page.goto.bind(page);
  const reload = page.reload.bind(page);
  page.goto = async (...to) => alive(page, await goto(...to));
  page.reload = async (...how) => alive(page, await reload(...how));
}

/** The button of the theme is shut until the browser has the page; where there is none, nothing is waited for. */
async function alive<T>(page: Page, answer: T): Promise<T> {
  await page.locator('button[aria-label^="Theme: "]:disabled').waitFor({ state: 'detached' });
  return answer;
}
