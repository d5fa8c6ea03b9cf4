// What makes the storefront a little quicker to use. Every page works without it.
(() => {
  "use strict";
  const base = document.body.dataset.base || "";
  const announce = (text) => { const place = document.getElementById("announce"); if (place) place.textContent = text; };
  document.documentElement.classList.add("scripted");

  // The number at the basket comes from a cookie, so that pages are the same for everyone and can be cached.
  const showCount = () => {
    const found = document.cookie.match(/(?:^|; )basket_count=(\d+)/);
    const count = found ? Number(found[1]) : 0;
    document.querySelectorAll("[data-count]").forEach((place) => { place.textContent = count; place.hidden = count === 0; });
  };
  showCount();
  window.addEventListener("pageshow", showCount);

  const drawer = document.getElementById("basket-drawer");
  const body = drawer && drawer.querySelector("[data-drawer-body]");
  const fill = async (response) => {
    if (!response.ok) throw new Error("basket");
    body.innerHTML = await response.text();
    showCount();
    if (!drawer.open) drawer.showModal();
  };
  const part = { headers: { "x-part": "1" }, credentials: "same-origin" };
  const wired = drawer && typeof drawer.showModal === "function";

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-basket]");
    if (wired && link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      fetch(base + "/basket", part).then(fill).catch(() => { window.location.href = link.href; });
    }
    if (wired && (event.target.closest("[data-close]") || event.target === drawer)) drawer.close();
    const swap = event.target.closest("[data-swap]");
    if (swap && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      const again = swap.getAttribute("href");
      fetch(swap.href, { credentials: "same-origin" }).then((response) => response.text()).then((text) => {
        const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("product");
        const old = document.getElementById("product");
        if (!fresh || !old) throw new Error("product");
        old.replaceWith(document.adoptNode(fresh));
        window.history.replaceState(null, "", swap.href);
        const same = [...document.querySelectorAll("#product [data-swap]")].find((one) => one.getAttribute("href") === again) || document.querySelector("#product .choice.is-on");
        if (same) same.focus();
        const price = document.querySelector(".buy-price");
        const stock = document.querySelector(".stock-line");
        announce([price, stock].map((place) => (place ? place.textContent.trim() : "")).join(". "));
      }).catch(() => { window.location.href = swap.href; });
    }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const inDrawer = wired && drawer.contains(form) && form.classList.contains("basket-form");
    if (wired && (form.matches("[data-add]") || inDrawer)) {
      event.preventDefault();
      const data = new URLSearchParams(new FormData(form, event.submitter));
      fetch(form.action, { method: "POST", body: data, ...part }).then(fill).then(() => { announce("The basket has changed"); }).catch(() => { form.submit(); });
      return;
    }
    const once = form.querySelector("[data-once]");
    if (once) { if (form.dataset.sent) event.preventDefault(); form.dataset.sent = "1"; }
  });

  // Search suggestions.
  const input = document.getElementById("site-q");
  const list = document.getElementById("suggestions");
  if (input && list) {
    let timer = 0;
    let asked = 0;
    const hide = () => { list.hidden = true; };
    input.addEventListener("input", () => {
      window.clearTimeout(timer);
      const words = input.value.trim();
      if (words.length < 2) { hide(); return; }
      timer = window.setTimeout(() => {
        const turn = ++asked;
        fetch(base + "/search/suggestions?q=" + encodeURIComponent(words)).then((response) => response.text()).then((text) => {
          if (turn !== asked) return;
          list.innerHTML = text;
          list.hidden = false;
          announce(list.querySelectorAll("a").length + " suggestions");
        }).catch(hide);
      }, 120);
    });
    input.form.addEventListener("keydown", (event) => {
      const links = [...list.querySelectorAll("a")];
      if (event.key === "Escape") { hide(); input.focus(); }
      if (list.hidden || links.length === 0 || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
      event.preventDefault();
      const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      if (at < 0) input.focus(); else links[Math.min(at, links.length - 1)].focus();
    });
    document.addEventListener("focusin", (event) => { if (!input.form.contains(event.target)) hide(); });
    document.addEventListener("pointerdown", (event) => { if (!input.form.contains(event.target)) hide(); });
  }

  // Checkout: the address is asked for shipping only, and its form follows the country.
  const away = document.querySelector(".ship-fields");
  if (away) {
    const follow = () => {
      const chosen = document.querySelector("input[name=delivery]:checked");
      away.classList.toggle("is-away", Boolean(chosen && chosen.value !== "ship"));
    };
    document.addEventListener("change", (event) => {
      if (event.target.name === "delivery") follow();
      if (event.target.name === "country") { const button = document.querySelector("button[name=change]"); if (button) button.click(); }
    });
    follow();
  }
})();
