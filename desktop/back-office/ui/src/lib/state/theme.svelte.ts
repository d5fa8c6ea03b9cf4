// Light, dark, or as the system says. A matter of this window alone, so it is kept here and not in the shop.

export type Theme = 'system' | 'light' | 'dark';
const KEY = 'theme';

class ThemeChoice {
  value = $state<Theme>('system');

  constructor() {
    const stored = localStorage.getItem(KEY);
    this.choose(stored === 'light' || stored === 'dark' ? stored : 'system');
  }

  choose(theme: Theme) {
    this.value = theme;
    localStorage.setItem(KEY, theme);
    if (theme === 'system') document.documentElement.removeAttribute('data-theme');
    else document.documentElement.setAttribute('data-theme', theme);
  }
}

export const theme = new ThemeChoice();
