// What a buyer does, in a real browser: with and without a script, on a phone and at a desk, by keyboard alone.
import assert from "node:assert/strict";
import AxeBuilder from "@axe-core/playwright";

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 800 };

/** Every page fits its window: nothing makes it scroll sideways. */
async function fits(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${page.url()} is ${wide} pixels wider than the window`);
}

/** Nothing serious for people who cannot see, hear or point well. */
async function isAccessible(page) {
  const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  const serious = found.violations.filter((violation) => ["serious", "critical"].includes(violation.impact));
  assert.deepEqual(serious.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).slice(0, 3).join("; ")}`), [], page.url());
}

async function answer(page) {
  await page.getByLabel("Email").fill("ada@example.com");
  await page.getByLabel("Full name").fill("Ada Lovelace");
  await page.getByLabel("Street and number").fill("1 Pier Road");
  await page.getByRole("textbox", { name: "City" }).fill("Portland");
  await page.getByRole("textbox", { name: "State" }).fill("ME");
  await page.getByLabel("ZIP code").fill("04101");
}

async function order(page, base) {
  await page.goto(`${base}/products/harbor-mug`);
  await page.getByRole("button", { name: "Add to basket" }).click();
  await page.getByRole("button", { name: "Go to checkout" }).click();
  await answer(page);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Continue to review" }).click();
  await page.getByRole("button", { name: /^Place order/ }).click();
  await page.getByRole("heading", { name: /^Order W-\d+/ }).waitFor();
}

export const tests = {
  "an order is placed without a script on a phone": async ({ context, base }) => {
    const page = await (await context({ viewport: PHONE, javaScriptEnabled: false })).newPage();
    await order(page, base);
    assert.match(await page.textContent("main"), /Please transfer \$23\.00/);
  },

  "an order is placed with a script, from the drawer": async ({ context, base }) => {
    const page = await (await context({ viewport: DESK })).newPage();
    await page.goto(`${base}/products/harbor-mug`);
    await page.getByRole("button", { name: "Add to basket" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText("Added: Harbor mug").waitFor();
    assert.equal(await page.locator("[data-count]").textContent(), "1");
    await drawer.getByRole("button", { name: "Remove Harbor mug" }).click();
    await drawer.getByText("Your basket is empty").waitFor();
    await page.keyboard.press("Escape");
    await order(page, base);
  },

  "a variant is chosen with and without a script": async ({ context, base }) => {
    for (const javaScriptEnabled of [true, false]) {
      const page = await (await context({ viewport: DESK, javaScriptEnabled })).newPage();
      await page.goto(`${base}/products/harbor-mug`);
      await page.getByRole("link", { name: "Clay", exact: true }).click();
      await page.waitForURL(/variant=/);
      await page.locator(".option-name", { hasText: "Clay" }).waitFor();
      assert.match(await page.locator(".gallery-main img").getAttribute("alt"), /clay/);
    }
  },

  "search suggests while somebody types, also for a slip": async ({ context, base }) => {
    const page = await (await context({ viewport: DESK })).newPage();
    await page.goto(base);
    const field = page.getByRole("searchbox", { name: "Search this shop" }).first();
    await field.pressSequentially("harbr mug");
    await page.locator("#suggestions a", { hasText: "Harbor mug" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Harbor mug" }).waitFor();
  },

  "the checkout can be done by keyboard alone": async ({ context, base }) => {
    const page = await (await context({ viewport: DESK })).newPage();
    await page.goto(`${base}/products/dinner-plate`);
    const reach = async (matches, what) => {
      for (let steps = 0; steps < 120; steps += 1) {
        await page.keyboard.press("Tab");
        const here = await page.evaluate(() => {
          const at = document.activeElement;
          const label = at.labels && at.labels[0] ? at.labels[0].textContent : at.textContent;
          const style = getComputedStyle(at);
          return { text: (label || "").trim(), isSeen: style.outlineStyle !== "none" || at.matches("main") };
        });
        if (matches(here.text)) { assert.ok(here.isSeen, `the focus on ${what} can be seen`); return; }
      }
      assert.fail(`${what} cannot be reached by keyboard`);
    };
    const starts = (word) => (text) => text.startsWith(word);
    await reach(starts("Add to basket"), "the button to add");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByText("Added:").waitFor();
    await reach(starts("Go to checkout"), "the way to the checkout");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Who and where" }).waitFor();
    for (const [label, text] of [["Email", "ada@example.com"], ["Full name", "Ada"], ["Street", "1 Pier Road"], ["City", "Portland"], ["State", "ME"], ["ZIP", "04101"]]) {
      await reach(starts(label), label);
      await page.keyboard.type(text);
    }
    for (const [button, next] of [["Continue", "Shipping and payment"], ["Continue to review", "Review and place the order"], ["Place order", /Order W-/]]) {
      await reach(starts(button), button);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: next }).first().waitFor();
    }
  },

  "no page has anything serious against it, light and dark, phone and desk": async ({ context, base }) => {
    for (const [viewport, colorScheme] of [[PHONE, "light"], [PHONE, "dark"], [DESK, "light"], [DESK, "dark"]]) {
      const page = await (await context({ viewport, colorScheme })).newPage();
      const errors = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => { if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) errors.push(message.text()); });
      for (const path of ["/", "/products", "/products?type=Kitchen&stock=in", "/collections/kitchen", "/search?q=mug", "/search?q=zzzz", "/products/harbor-mug", "/products/paper-star", "/basket", "/nowhere"]) {
        await page.goto(base + path);
        await fits(page);
        await isAccessible(page);
      }
      await page.goto(`${base}/products/harbor-mug`);
      await page.getByRole("button", { name: "Add to basket" }).click();
      await page.getByRole("dialog").getByText("Added:").waitFor();
      await isAccessible(page);
      await page.getByRole("button", { name: "Go to checkout" }).click();
      await page.getByRole("heading", { name: "Who and where" }).waitFor();
      await isAccessible(page);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByText("Please mend this").waitFor();
      await isAccessible(page);
      await answer(page);
      for (const button of ["Continue", "Continue to review"]) {
        await page.getByRole("button", { name: button }).click();
        await page.waitForLoadState();
        await fits(page);
        await isAccessible(page);
      }
      await page.getByRole("button", { name: /^Place order/ }).click();
      await page.getByRole("heading", { name: /^Order W-\d+/ }).waitFor();
      await fits(page);
      await isAccessible(page);
      assert.deepEqual(errors, []);
    }
  },

  "everything fits the smallest phone": async ({ context, base }) => {
    const page = await (await context({ viewport: { width: 320, height: 640 } })).newPage();
    for (const path of ["/", "/products", "/products/harbor-mug", "/basket"]) {
      await page.goto(base + path);
      await fits(page);
    }
  },
};
