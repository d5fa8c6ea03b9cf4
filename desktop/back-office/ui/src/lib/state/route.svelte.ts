// Which screen is open, and what is selected on it. Kept in the address, so that back and forward work.

export const SCREENS = ['home', 'orders', 'products', 'import', 'stock', 'customers', 'reports', 'storefront', 'conflicts', 'settings'] as const;
export type Screen = (typeof SCREENS)[number];

class Route {
  screen = $state<Screen>('home');
  /** What is selected: an id, or a section of the screen. */
  part = $state('');

  constructor() {
    this.#read();
    window.addEventListener('hashchange', () => this.#read());
  }

  go(screen: Screen, part = '') {
    const hash = part ? `#/${screen}/${encodeURIComponent(part)}` : `#/${screen}`;
    if (hash !== location.hash) location.hash = hash;
  }

  /** Selects something on the open screen; an empty part closes it. */
  select(part: string) {
    this.go(this.screen, part);
  }

  #read() {
    const [screen, part] = location.hash.replace(/^#\//, '').split('/');
    this.screen = SCREENS.find((known) => known === screen) ?? 'home';
    this.part = decodeURIComponent(part ?? '');
  }
}

export const route = new Route();
